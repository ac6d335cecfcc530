import assert from 'node:assert/strict';
import type { IncomingMessage, RequestListener } from 'node:http';
import { FailureError, type Failure } from '../../src/model/failure.ts';
import { listen } from '../../src/sandbox/listen.ts';
import { post } from '../../src/voice/post.ts';
import { createAgents } from '../../src/web/agents.ts';
import { eventually } from '../support/eventually.ts';

const letter = { headers: { 'content-type': 'application/json', 'ce-id': 'one' }, body: '{"a":"ü"}' };
const now = () => 1_000_000;
const agents = createAgents();

const readAll = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
};

describe('post', () => {
  const servers: { readonly close: () => Promise<void> }[] = [];
  const serve = async (handle: RequestListener): Promise<string> => {
    const server = await listen(handle);
    servers.push(server);
    return server.url;
  };
  after(() => Promise.all(servers.map((server) => server.close())));

  const send = (url: string, options: { readonly known?: number; readonly signal?: AbortSignal } = {}) =>
    post(letter, { url, agents, now, signal: AbortSignal.timeout(5000), ...options });
  const failureFrom = async (url: string, options = {}): Promise<Failure> => {
    const error: unknown = await send(url, options).then(
      () => assert.fail('it was taken'),
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof FailureError);
    return error.failure;
  };

  it('posts the letter as it is', async () => {
    const seen: unknown[] = [];
    const url = await serve((request, response) => {
      const { method, headers } = request;
      void readAll(request).then((body) => {
        seen.push([method, request.url, headers['content-type'], headers['ce-id'], body]);
        response.writeHead(202).end();
      });
    });
    await send(`${url}/hook?a=b`);
    assert.deepEqual(seen, [['POST', '/hook?a=b', 'application/json', 'one', '{"a":"ü"}']]);
  });

  const answers: readonly (readonly [
    status: number,
    remedy: string,
    reason: string,
    header?: string,
    again?: number,
  ])[] = [
    [500, 'retry', 'ReceiverFailed'],
    [503, 'retry', 'ReceiverFailed', '7', 1_007_000],
    [408, 'retry', 'ReceiverFailed'],
    [429, 'retry', 'ReceiverBusy', 'Thu, 01 Jan 1970 01:00:00 GMT', 3_600_000],
    [429, 'retry', 'ReceiverBusy', '999999999', 4_600_000],
    [400, 'give-up', 'ReceiverRefused'],
    [404, 'give-up', 'ReceiverRefused'],
    [307, 'give-up', 'ReceiverMoved'],
  ];
  for (const [status, remedy, reason, header, again] of answers)
    it(`${remedy === 'retry' ? 'is to be tried again' : 'is to be given up'} when the answer is ${status}${header === undefined ? '' : `, after ${header}`}`, async () => {
      const url = await serve((_request, response) => {
        const headers = { location: '/elsewhere', ...(header === undefined ? {} : { 'retry-after': header }) };
        response.writeHead(status, headers).end('no\n\tpink  elephants');
      });
      const { message, ...failure } = await failureFrom(`${url}/secret-path?token=secret`);
      assert.deepEqual(failure, { remedy, reason, ...(again === undefined ? {} : { retryAfter: again }) });
      assert.match(message, new RegExp(`^127.0.0.1:\\d+ answers ${status} \\(no pink elephants\\)`));
      assert.ok(!message.includes('secret'));
    });

  it('does not repeat the address that a receiver quotes', async () => {
    const url = await serve((request, response) => {
      const path = request.url ?? '';
      response.writeHead(404).end(`Cannot POST ${path} or ${decodeURIComponent(path)}, ${'x'.repeat(120)} ${path}`);
    });
    const { message } = await failureFrom(`${url}/hooks/s%C3%A9cret-path?token=secret-text`);
    assert.match(message, /Cannot POST \/hooks\/…\?token=… or/);
    assert.doesNotMatch(message, /secret|cret-|%C3/);
  });

  it('follows no redirect', async () => {
    let asked = 0;
    const url = await serve((_request, response) => {
      asked += 1;
      response.writeHead(308, { location: '/' }).end();
    });
    await failureFrom(url);
    assert.equal(asked, 1);
  });

  it('takes the status for taken by which the receiver says that it knows the letter', async () => {
    const url = await serve((_request, response) => response.writeHead(429).end());
    await send(url, { known: 429 });
  });

  for (const status of [200, 202, 429])
    it(`takes the head of the answer ${status} for taken, whatever becomes of its body, and ends the connection with the signal`, async () => {
      let ended = false;
      const url = await serve((_request, response) => {
        response.once('close', () => (ended = true));
        response.writeHead(status).write('thanks, and');
      });
      const over = new AbortController();
      await send(url, { known: 429, signal: over.signal });
      over.abort();
      await eventually(() => assert.ok(ended));
    });

  it('keeps a connection for the next letter once the answer has ended', async () => {
    const ports = new Set<number | undefined>();
    const url = await serve(({ socket }, response) => {
      ports.add(socket.remotePort);
      response.writeHead(200).end('thanks');
    });
    for (let number = 0; number < 3; number++) {
      const over = new AbortController();
      await send(url, { signal: over.signal });
      over.abort();
    }
    assert.equal(ports.size, 1);
  });

  it('reads no more of an answer than its beginning', async () => {
    let ended = false;
    const url = await serve((_request, response) => {
      response.writeHead(400);
      response.write('x'.repeat(100_000));
      response.once('close', () => (ended = true));
    });
    const { message } = await failureFrom(url);
    assert.ok(message.length < 300);
    await eventually(() => assert.ok(ended));
  });

  it('ends when it is told to, and says why', async () => {
    const url = await serve(() => undefined);
    const { reason } = await failureFrom(url, { signal: AbortSignal.timeout(20) });
    assert.equal(reason, 'ReceiverUnreachable');
  });

  it('is to be tried again when nobody listens', async () => {
    const server = await listen(() => undefined);
    await server.close();
    const { remedy, message } = await failureFrom(server.url);
    assert.equal(remedy, 'retry');
    assert.match(message, /^127\.0\.0\.1:\d+ cannot be reached: connect ECONNREFUSED/);
  });
});
