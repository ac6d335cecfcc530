import assert from 'node:assert/strict';
import type { IncomingHttpHeaders } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import { askPrometheus, type PrometheusOptions } from '../../src/cli/ask-prometheus.ts';
import { FailureError } from '../../src/model/failure.ts';
import { start } from '../support/builders.ts';
import { startConnectProxy } from '../support/connect-proxy.ts';
import { startScriptedServer, type Answer, type ScriptedServer } from '../support/scripted-server.ts';

const says =
  (body: unknown, status = 200, headers: Record<string, string> = {}): Answer =>
  (response) =>
    void response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
const vector = (...result: readonly unknown[]) => ({ status: 'success', data: { resultType: 'vector', result } });
const one = { metric: { environment: 'dev' }, value: [1772445600, '7'] };

const failureIn = async (asked: Promise<unknown>): Promise<string> => {
  const error = await asked.then(
    () => assert.fail('it succeeded'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof FailureError, String(error));
  const { remedy, reason, message } = error.failure;
  return `${remedy} ${reason}: ${message.replace(/127\.0\.0\.1:\d+/g, 'HOST')}`;
};

function* endless(): Iterable<Buffer> {
  for (;;) yield Buffer.alloc(65_536, 'x');
}

describe('askPrometheus', () => {
  let server: ScriptedServer;
  afterEach(() => server.close());

  const ask = async (answer: Answer, options: Partial<PrometheusOptions> = {}, query = 'up') => {
    server = await startScriptedServer(answer);
    const asking = { url: server.url, headers: {}, proxies: {}, timeout: 5_000, now: start };
    return askPrometheus({ ...asking, ...options })(query);
  };

  it('asks below the path of the address, with what that asks for, at the moment of the report', async () => {
    server = await startScriptedServer(says(vector(one)));
    const url = `${server.url}/select/0/prometheus/?dedup=true`;
    const asking = askPrometheus({ url, headers: {}, proxies: {}, timeout: 7_000, now: start + 500 });
    assert.deepEqual(await asking('sum(a{b="c"})'), [{ labels: { environment: 'dev' }, value: 7 }]);
    const { pathname, searchParams } = new URL(server.requests[0] ?? '', server.url);
    assert.equal(pathname, '/select/0/prometheus/api/v1/query');
    assert.deepEqual(Object.fromEntries(searchParams), {
      ...{ dedup: 'true', query: 'sum(a{b="c"})', time: '1772445600.5', timeout: '7s', partial_response: 'false' },
    });
  });

  it('sends the headers', async () => {
    let heard: IncomingHttpHeaders = {};
    const answer: Answer = (response, { headers }) => {
      heard = headers;
      response.end(JSON.stringify(vector()));
    };
    await ask(answer, { headers: { authorization: 'Bearer token-of-jane', 'x-scope-orgid': 'team' } });
    assert.deepEqual([heard['authorization'], heard['x-scope-orgid']], ['Bearer token-of-jane', 'team']);
  });

  for (const name of ['authorization', 'proxy-authorization', 'cookie', 'x-api-key', 'private-token'])
    it(`sends no ${name} over the network in clear, but to this very machine`, async () => {
      const asking = { url: 'http://prometheus.example.com', headers: { [name]: 'token-of-jane' } };
      assert.equal(
        await failureIn(ask(says(vector()), asking)),
        'give-up MetricsNotRead: http://prometheus.example.com is an http: address, over which the credentials would go in clear: write it with https:, or ask it through kubectl port-forward',
      );
    });

  it('goes through the proxy', async () => {
    const proxy = await startConnectProxy();
    try {
      server = await startScriptedServer(says(vector(one)));
      const url = server.url.replace('127.0.0.1', 'prometheus.test');
      const proxies = { httpProxy: proxy.url };
      const samples = await askPrometheus({ url, headers: {}, proxies, timeout: 5_000, now: start })('up');
      assert.deepEqual([samples.length, proxy.asked], [1, [new URL(url).host]]);
    } finally {
      proxy.close();
    }
  });

  const notPrometheus =
    'give-up MetricsNotRead: http://HOST does not answer as a Prometheus does: name the address by --prometheus below which it has its /api/v1/query';
  for (const [what, answer, failure] of [
    ['a page', says('<html><title>Grafana</title></html>'), notPrometheus],
    ['nothing', says(''), notPrometheus],
    ['half an answer', says('{"status":"success","data":{"resu'), notPrometheus],
    ['JSON of another kind', says({ kind: 'Status', code: 200 }), notPrometheus],
    ['a scalar', says({ status: 'success', data: { resultType: 'scalar', result: [1, '2'] } }), notPrometheus],
    ['a value that is no text', says(vector({ metric: {}, value: [1, 2] })), notPrometheus],
    [
      'an answer in part',
      says({ ...vector(one), warnings: ['store thanos-store-0 is unavailable'] }),
      'retry MetricsNotRead: http://HOST answers in part only: store thanos-store-0 is unavailable',
    ],
    [
      'its refusal',
      says({ status: 'error', errorType: 'execution', error: 'query processing would load too many samples' }, 422),
      'give-up MetricsNotRead: http://HOST answers 422 (query processing would load too many samples)',
    ],
    [
      'that it has had no time',
      says({ status: 'error', errorType: 'timeout', error: 'query timed out in expression evaluation' }, 503),
      'retry ServerFailed: HOST answers 503 (query timed out in expression evaluation)',
    ],
    [
      'that nobody is known',
      says('<html>Unauthorized</html>', 401),
      'give-up MetricsNotRead: http://HOST answers 401 (a web page): give it what it asks for by --prometheus-headers',
    ],
    [
      'where to log in',
      says('', 302, { location: 'https://login.example.com/oauth?state=abc' }),
      'give-up MetricsNotRead: http://HOST/api/v1/query redirects to https://login.example.com/oauth: name its own address by --prometheus, or give it what it asks for by --prometheus-headers',
    ],
    [
      'more than anybody reads',
      (response) => void pipeline(Readable.from(endless()), response, () => undefined),
      'retry ServerUnreachable: HOST: the answer is larger than 1048576 bytes',
    ],
    [
      'many series',
      says(vector(...Array.from({ length: 20_000 }, () => one))),
      'retry ServerUnreachable: HOST: the answer is larger than 1048576 bytes',
    ],
  ] as readonly (readonly [string, Answer, string])[])
    it(`says what is wrong when it is answered ${what}`, async () => {
      assert.equal(await failureIn(ask(answer)), failure);
    });

  it('waits no longer than it was told to', async () => {
    assert.match(await failureIn(ask(() => undefined, { timeout: 100 })), /^retry ServerUnreachable: HOST: .* 0\.1 s$/);
  });

  it('says that nobody is there', async () => {
    const asked = ask(() => undefined, { url: 'http://127.0.0.1:1' });
    assert.match(await failureIn(asked), /^retry ServerUnreachable: .*ECONNREFUSED/);
  });

  it('gives no figure for what is no finite number', async () => {
    const values = ['NaN', '+Inf', '-Inf', 'what', '1e3'].map((value) => ({ metric: {}, value: [0, value] }));
    assert.deepEqual(await ask(says(vector(...values))), [{ labels: {}, value: 1000 }]);
  });

  it('repeats no secret that a server repeats', async () => {
    const headers = { authorization: 'Bearer token-of-jane' };
    const answer = says({ status: 'error', error: 'the token "token-of-jane" has expired' }, 403);
    assert.match(await failureIn(ask(answer, { headers })), /answers 403 \(the token "\*\*\*" has expired\)/);
  });
});
