import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { webFetch } from '../../src/web/web-fetch.ts';
import { listen } from '../../src/sandbox/listen.ts';
import { failed } from '../support/failed.ts';

const limits = { silence: 5000, total: 5000, size: 1000 };
const fetch = webFetch({
  now: () => 0,
  limits,
  moved: { reason: 'ItMoved', todo: 'follow it' },
});
const headers = { authorization: 'token secret' };

describe('web/redirects', () => {
  let requests: { readonly path: string; readonly authorization: string | undefined }[];
  let servers: Awaited<ReturnType<typeof listen>>[];
  let answer: (path: string, response: ServerResponse) => void;
  const serve = async () => {
    const server = await listen((request: IncomingMessage, response: ServerResponse) => {
      const path = request.url ?? '';
      requests.push({ path, authorization: request.headers.authorization });
      answer(path, response);
    });
    servers.push(server);
    return server.url;
  };
  const to = (response: ServerResponse, location: string, status = 301) =>
    response.writeHead(status, { location }).end('moved');
  beforeEach(() => {
    [requests, servers] = [[], []];
    answer = (path, response) => (path === '/new' ? response.end('here') : to(response, '/new'));
  });
  afterEach(() => Promise.all(servers.map((server) => server.close())));

  it('lead a question on within its own origin', async () => {
    const url = await serve();
    assert.equal(await (await fetch(`${url}/old`, { headers })).text(), 'here');
    assert.deepEqual(
      requests.map(({ path }) => path),
      ['/old', '/new'],
    );
  });

  it('of a write are reported with the new address, and nothing is written there', async () => {
    const url = await serve();
    for (const method of ['POST', 'PATCH', 'PUT', 'DELETE']) {
      const { remedy, reason, message } = await failed(fetch(`${url}/old`, { method, headers }));
      assert.deepEqual([remedy, reason], ['give-up', 'ItMoved']);
      assert.ok(message.includes(`${url}/new`), message);
    }
    assert.ok(requests.every(({ path }) => path === '/old'));
  });

  it('to another host are reported, and nothing is sent there, not even the question', async () => {
    const [here, elsewhere] = [await serve(), await serve()];
    answer = (_, response) => to(response, `${elsewhere}/old?token=secret`, 302);
    const { reason, message } = await failed(fetch(`${here}/old`, { headers }));
    assert.equal(reason, 'ItMoved');
    assert.ok(message.includes(`${elsewhere}/old`) && !message.includes('secret'), message);
    assert.equal(requests.length, 1);
  });

  it('in a circle end', async () => {
    const url = await serve();
    answer = (_, response) => to(response, '/again');
    assert.equal((await failed(fetch(`${url}/old`))).reason, 'ItMoved');
    assert.equal(requests.length, 4);
  });
});
