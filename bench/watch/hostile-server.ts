import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const MiB = 1024 * 1024;
const fullSize = JSON.stringify({
  metadata: { namespace: 'apps', name: 'podinfo', uid: 'uid', resourceVersion: '7' },
  status: { history: Array.from({ length: 90 }, (_, version) => ({ version, text: 'x'.repeat(270) })) },
});
const small = '{"metadata":{"namespace":"apps","name":"podinfo","uid":"uid","resourceVersion":"7"}}';

/** What a hostile server says, over and over, until it has said `bytes`. */
interface Flood {
  readonly stream: boolean;
  readonly before: string;
  readonly chunk: string;
  readonly bytes: number;
}

const line = (object: string): string => `{"type":"ADDED","object":${object}}\n`;

/** Members of an object: the values that take longest, each with a long key of its own. */
const dense = (values: number, bytes: number): string => {
  const length = Math.floor((2 * bytes) / values) - 8;
  return Array.from({ length: values / 2 }, (_, at) => `"${String(at).padEnd(length, 'x')}":{}`).join();
};

/** A HelmRelease with these values, as an API server sends it after Flux has applied it: it names the owner of each. */
const release = (values: object): string => {
  const fieldsV1 = {
    'f:spec': { 'f:values': Object.fromEntries(Object.keys(values).map((name) => [`f:${name}`, {}])) },
  };
  const metadata = {
    namespace: 'apps',
    name: 'large',
    uid: 'uid',
    resourceVersion: '7',
    managedFields: [{ fieldsV1 }],
  };
  return JSON.stringify({ metadata, spec: { values } });
};
const longValue = release({ text: 'x"{[,'.repeat(200_000) });
const manyValues = release(
  Object.fromEntries(Array.from({ length: 30_000 }, (_, at) => [`setting${at}`, at % 2 === 0])),
);

/** How a server may try to keep a reader busy; also by what is meant well. */
export const floods: Readonly<Record<string, Flood>> = {
  'a list of 100 MB': { stream: false, before: `{"items":[${fullSize}`, chunk: `,${fullSize}`, bytes: 100 * MiB },
  'a list of small objects': {
    stream: false,
    before: `{"items":[${small}`,
    chunk: `,${small}`.repeat(500),
    bytes: 20 * MiB,
  },
  'a stream of 100 MB': { stream: true, before: '', chunk: line(fullSize), bytes: 100 * MiB },
  'a stream of small objects': { stream: true, before: '', chunk: line(small).repeat(500), bytes: 20 * MiB },
  'a line of 9 MiB': { stream: true, before: '{"type":"ADDED","object":"', chunk: 'x'.repeat(65_536), bytes: 9 * MiB },
  'an object of 4 MB, full of empty ones': {
    stream: false,
    before: '{"items":[{"x":[{}',
    chunk: ',{}'.repeat(20_000),
    bytes: 4_100_000,
  },
  'a line of 4 MB, full of empty objects': {
    stream: true,
    before: '{"type":"ADDED","object":{"x":[{}',
    chunk: ',{}'.repeat(20_000),
    bytes: 4_100_000,
  },
  'a list of releases with a value of 1 MiB': {
    stream: false,
    before: `{"items":[${longValue}`,
    chunk: `,${longValue}`,
    bytes: 20 * MiB,
  },
  'a stream of releases with a value of 1 MiB': { stream: true, before: '', chunk: line(longValue), bytes: 20 * MiB },
  'a list of releases with 30,000 values': {
    stream: false,
    before: `{"items":[${manyValues}`,
    chunk: `,${manyValues}`,
    bytes: 20 * MiB,
  },
  'a stream of releases with 30,000 values': { stream: true, before: '', chunk: line(manyValues), bytes: 20 * MiB },
  'a line just under both limits': {
    stream: true,
    before: `{"type":"ADDED","object":{${dense(39_900, 4_190_000)}`,
    chunk: '',
    bytes: 0,
  },
  'an object just under both limits': {
    stream: false,
    before: `{"items":[{${dense(39_900, 4_190_000)}`,
    chunk: '',
    bytes: 0,
  },
};

/** How each ends; what is just under the limits is read, and refused only for what it is not. */
const endings: Readonly<Record<string, string>> = {
  'an object of 4 MB, full of empty ones': ']}]}',
  'a line of 4 MB, full of empty objects': ']}}\n',
  'a line just under both limits': '}}\n',
  'an object just under both limits': '}]}',
};

const pour = (response: ServerResponse, { before, chunk, bytes }: Flood, ending: string): void => {
  let left = bytes;
  const more = (): void => {
    while (left > 0 && !response.destroyed) {
      left -= chunk.length;
      if (!response.write(chunk)) return void response.once('drain', more);
    }
    response.end(ending);
  };
  response.write(before);
  more();
};

/** Serves each flood under a path of its own, and tells the URL on standard output. */
const serve = async (): Promise<void> => {
  const names = Object.keys(floods);
  const server = createServer((request, response) => {
    const [, index = '0', rest = ''] = /^\/(\d+)(.*)$/.exec(request.url ?? '') ?? [];
    const name = names[Number(index)] ?? '';
    const flood = floods[name];
    if (flood === undefined) return void response.writeHead(404).end();
    if (rest === '/version') return void response.end(`{"major":"1","minor":"${flood.stream ? 35 : 33}"}`);
    pour(response, flood, endings[name] ?? '');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
};

if (process.argv[1] === import.meta.filename) await serve();
