import { createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import http, { type IncomingHttpHeaders, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { listen } from '../../src/http/server.ts';
import { webhook } from '../../src/http/webhook.ts';
import { createWorld } from '../../src/model/world.ts';
import { hearing } from '../../src/sources/webhook.ts';
import { factsOf, now } from '../decide/fleet.ts';

/** The product's own webhook: a fleet of Pipelines whose clusters are watched, so that what is heard is a hint. */
const ours = (key: Uint8Array): RequestListener => {
  const world = createWorld();
  for (const fact of factsOf(1_000)) world.learn(fact);
  const clock = { now: () => now };
  const { hear, facts } = hearing({
    world,
    clock,
    tolerance: 600_000,
    keep: () => Promise.reject(new Error('nothing is kept of what is watched')),
  });
  facts.subscribe((fact) => world.learn(fact));
  const plenty = { rate: 1e9, burst: 1e9 };
  return webhook({
    clock,
    keysOf: () => [key],
    patience: 10_000,
    unsigned: false,
    hear,
    perPeer: plenty,
    ready: () => true,
    perPipeline: plenty,
    peerOf: ({ socket }) => socket.remoteAddress ?? '',
    onReply: () => undefined,
    onFailure: () => undefined,
  });
};

const text = 'heard: it is looked at now\n';

/** A post is read and answered; what is done with its body is `use`. */
const plain =
  (use: (body: Buffer, headers: IncomingHttpHeaders) => void): RequestListener =>
  (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      use(Buffer.concat(chunks), request.headers);
      response.writeHead(202, { 'content-type': 'text/plain; charset=utf-8', 'content-length': text.length });
      response.end(text);
    });
  };

/** What nobody can leave out who hears a signed event: the signature by one key, and JSON. */
const checking = (key: Uint8Array): RequestListener =>
  plain((body, headers) => {
    const expected = Buffer.from(String(headers['x-signature']).slice('sha256='.length), 'hex');
    if (!timingSafeEqual(createHmac('sha256', key).update(body).digest(), expected)) throw new Error('not signed');
    JSON.parse(body.toString());
  });

const serve = async (which: string, key: Uint8Array): Promise<string> => {
  if (which === 'ours') return (await listen('127.0.0.1:0', ours(key))).url;
  const server = http.createServer(which === 'bare' ? plain(() => undefined) : checking(key)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const [which = '', key = ''] = process.argv.slice(2);
process.stdout.write(`${await serve(which, Buffer.from(key))}\n`);
