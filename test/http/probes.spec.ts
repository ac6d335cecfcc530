import assert from 'node:assert/strict';
import { metricsPage, probes } from '../../src/http/probes.ts';
import { listen, type Listening } from '../../src/http/server.ts';

describe('probes', () => {
  let problem: string | undefined;
  let server: Listening;
  before(async () => {
    server = await listen('127.0.0.1:0', probes({ alive: () => undefined, ready: () => problem }));
  });
  after(() => server.close());
  const ask = async (path: string, method = 'GET') => {
    const response = await fetch(`${server.url}${path}`, { method });
    return [response.status, await response.text()];
  };

  it('answers ok while there is no problem', async () => {
    assert.deepEqual(await ask('/healthz'), [200, 'ok\n']);
    assert.deepEqual(await ask('/readyz?verbose'), [200, 'ok\n']);
    assert.deepEqual(await ask('/readyz', 'HEAD'), [200, '']);
  });

  it('says what it waits for', async () => {
    problem = 'Pipelines are not listed yet';
    assert.deepEqual(await ask('/readyz'), [503, 'Pipelines are not listed yet\n']);
    assert.deepEqual(await ask('/healthz'), [200, 'ok\n']);
  });

  it('answers nothing else', async () => {
    assert.equal((await ask('/'))[0], 404);
    assert.equal((await ask('/toString'))[0], 404);
    assert.equal((await ask('/healthz', 'POST'))[0], 405);
  });
});

describe('metricsPage', () => {
  it('hands on what is rendered, and hides why it is not', async () => {
    let render = () => Promise.resolve({ contentType: 'text/plain; version=0.0.4', body: 'up 1\n' });
    const server = await listen(
      '127.0.0.1:0',
      metricsPage(() => render()),
    );
    const page = await fetch(`${server.url}/metrics`);
    assert.deepEqual(
      [page.status, page.headers.get('content-type'), await page.text()],
      [200, 'text/plain; version=0.0.4', 'up 1\n'],
    );
    render = () => Promise.reject(new Error('inner workings'));
    const failed = await fetch(`${server.url}/metrics`);
    assert.deepEqual([failed.status, await failed.text()], [500, 'internal error\n']);
    await server.close();
  });
});
