import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { generate } from 'selfsigned';
import { webFetch, type FetchLimits } from '../../src/web/web-fetch.ts';
import { FailureError } from '../../src/model/failure.ts';

const limits: FetchLimits = { silence: 5_000, total: 5_000, size: 1_000 };
const settings = { now: () => 0, moved: { reason: 'ItMoved', todo: 'follow it' } };

describe('webFetch', () => {
  let server: Server;
  let url: string;
  let ca: string;
  let answer: RequestListener;

  const failureOf = async (options: Partial<FetchLimits> = {}) => {
    const fetch = webFetch({ ...settings, ca, limits: { ...limits, ...options } });
    const error = await fetch(url)
      .then((response) => response.text())
      .then(
        () => assert.fail('it succeeded'),
        (reason: unknown) => reason,
      );
    assert.ok(error instanceof FailureError, String(error));
    return `${error.failure.remedy} ${error.failure.reason}: ${error.failure.message.replace(/:\d+/g, '')}`;
  };

  before(async () => {
    const pair = await generate([{ name: 'commonName', value: 'localhost' }], {
      extensions: [
        { name: 'basicConstraints', cA: true },
        { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] },
      ],
    });
    ca = pair.cert;
    server = createServer({ key: pair.private, cert: pair.cert }, (request, response) => answer(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `https://localhost:${(server.address() as AddressInfo).port}/`;
  });
  after(() => {
    server.close();
    server.closeAllConnections();
  });

  it('trusts the authority of caFile, and nobody without it', async () => {
    answer = (_, response) => response.end('hello');
    assert.equal(await (await webFetch({ ...settings, ca, limits })(url)).text(), 'hello');
    await assert.rejects(webFetch({ ...settings, limits })(url), /self-signed certificate/);
  });

  it('ends with an answer that is silent, endless or too large', async () => {
    answer = (_, response) => response.write('a');
    assert.equal(await failureOf({ silence: 50 }), 'retry ServerUnreachable: localhost: silent for 0.05 s');
    assert.equal(
      await failureOf({ total: 50 }),
      'retry ServerUnreachable: localhost: no end of the answer within 0.05 s',
    );
    answer = () => undefined;
    assert.equal(
      await failureOf({ total: 50 }),
      'retry ServerUnreachable: localhost: no end of the answer within 0.05 s',
    );
    answer = (_, response) => response.end('x'.repeat(1_001));
    assert.equal(await failureOf(), 'retry ServerUnreachable: localhost: the answer is larger than 1000 bytes');
  });

  it('says in one line what a failing server says, and nothing of a web page', async () => {
    answer = (_, response) => response.writeHead(503).end('{"message":"back\\nsoon","errors":[{"message":"really"}]}');
    assert.equal(await failureOf(), 'retry ServerFailed: localhost answers 503 (back soon: really)');
    answer = (_, response) => response.writeHead(502).end('<html>oops</html>');
    assert.equal(await failureOf(), 'retry ServerFailed: localhost answers 502 (a web page)');
  });
});
