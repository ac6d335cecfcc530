import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { answerParser } from '../../../src/kube/wire/answer-parser.ts';
import { BrokenStreamError } from '../../../src/kube/wire/broken-stream.ts';

const answers = [
  'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3;x=y\r\nabc\r\n0\r\n\r\n',
  'HTTP/1.0 200 OK\r\nx: y\r\n\r\nhello',
  'HTTP/1.1 103 E\r\nlink: x\r\n\r\nHTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\nz: 1\r\n\r\n',
];
const pieces = [
  '\r\n',
  '\n',
  '\r',
  ' ',
  ':',
  ';',
  '0',
  '5',
  'ffffffff',
  '-1',
  '\0',
  'é',
  ' folded\r\n',
  ', chunked',
].concat(['Content-Length: 5\r\n', 'Transfer-Encoding: chunked\r\n', 'Transfer-Encoding: identity\r\n', 'a: b\r\n']);

/** An answer in which something was put in, left out, or put in the place of something else. */
const damaged = fc
  .record({
    answer: fc.constantFrom(...answers),
    damages: fc.array(fc.record({ at: fc.nat(120), piece: fc.constantFrom('', ...pieces), gone: fc.nat(3) }), {
      minLength: 1,
      maxLength: 2,
    }),
  })
  .map(({ answer, damages }) =>
    damages.reduce((bytes, { at, piece, gone }) => bytes.slice(0, at) + piece + bytes.slice(at + gone), answer),
  );

/** The status and the body; undefined when it is no answer. */
const readByUs = (bytes: string): string | undefined => {
  let told = '';
  const parser = answerParser({
    head: ({ status }) => (told += `${status} `),
    body: (piece) => (told += piece.toString('latin1')),
    end: () => undefined,
  });
  try {
    parser.write(Buffer.from(bytes, 'latin1'));
    parser.close();
    return told;
  } catch (error) {
    assert.ok(error instanceof BrokenStreamError, String(error));
    return undefined;
  }
};

describe('damaged answers', () => {
  let server: Server;
  let bytes = '';
  before(async () => {
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end(bytes, 'latin1'));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(() => server.close());

  const readByNode = async (): Promise<string | undefined> => {
    const { port } = server.address() as AddressInfo;
    const asked = http.get({ port, host: '127.0.0.1', agent: false });
    asked.on('error', () => undefined);
    try {
      const [response] = (await once(asked, 'response')) as [http.IncomingMessage];
      return `${response.statusCode ?? 0} ${await text(response.setEncoding('latin1'))}`;
    } catch {
      return undefined;
    }
  };

  const seed = Number(process.env['LEAFWATCH_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  it(`are refused, or read as Node's client reads them (seed ${seed})`, async () => {
    await fc.assert(
      fc.asyncProperty(damaged, async (damage) => {
        bytes = damage;
        const [ours, nodes] = [readByUs(damage), await readByNode()];
        if (ours !== undefined && nodes !== undefined) assert.equal(ours, nodes);
      }),
      { seed, numRuns: 300 },
    );
  });
});
