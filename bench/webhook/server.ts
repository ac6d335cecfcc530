import http, { type RequestListener } from 'node:http';
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
    unsigned: false,
    hear,
    perPeer: plenty,
    perPipeline: plenty,
    peerOf: ({ socket }) => socket.remoteAddress ?? '',
    onReply: () => undefined,
  });
};

/** The least that a server on node:http can do with a post: read it and answer. */
const bare: RequestListener = (request, response) => {
  request.resume().on('end', () => response.writeHead(202, { 'content-length': 0 }).end());
};

const [which, key = ''] = process.argv.slice(2);
if (which === 'bare') {
  const server = http.createServer(bare).listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (address !== null && typeof address === 'object') process.stdout.write(`http://127.0.0.1:${address.port}\n`);
  });
} else {
  const { url } = await listen('127.0.0.1:0', ours(Buffer.from(key)));
  process.stdout.write(`${url}\n`);
}
