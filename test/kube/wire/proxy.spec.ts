import assert from 'node:assert/strict';
import { connect, type ConnectOptions } from '../../../src/kube/wire/connection.ts';
import { parseKubeconfig } from '../../../src/kube/kubeconfig/kubeconfig.ts';
import { startApiServer, type ApiServer } from '../../../src/sandbox/api-server/start-api-server.ts';
import { startConnectProxy, type ConnectProxy } from '../../support/connect-proxy.ts';
import { eventually } from '../../support/eventually.ts';
import { startScriptedServer } from '../../support/scripted-server.ts';
import { textOf } from '../../support/text-of.ts';

const { signal } = new AbortController();

describe('a connection through a proxy', () => {
  let server: ApiServer;
  let ends: (() => unknown)[] = [];
  before(async () => {
    server = await startApiServer({});
  });
  after(() => server.close());
  afterEach(async () => {
    for (const end of ends.reverse()) await end();
    ends = [];
  });

  const aProxy = async (...how: Parameters<typeof startConnectProxy>): Promise<ConnectProxy> => {
    const proxy = await startConnectProxy(...how);
    ends.push(proxy.close);
    return proxy;
  };
  const through = (proxy: string, kubeconfig = server.kubeconfig(), options: ConnectOptions = {}) => {
    const text = kubeconfig.replace(/(\n +)(server: .*)/, `$1$2$1proxy-url: ${proxy}`);
    const connection = connect(parseKubeconfig(text, { insecureTls: false, http: true, proxy: true }), options);
    ends.push(() => connection.close());
    return connection;
  };

  it('asks the proxy for the server, and speaks TLS with the server itself, over one tunnel', async () => {
    const proxy = await aProxy();
    const connection = through(proxy.url.replace('http://', 'http://me:p%40ss@'));
    for (const path of ['/version', '/api'])
      assert.match(await textOf(await connection.request(path, { signal })), /major|versions/);
    const authorization = `Basic ${Buffer.from('me:p@ss').toString('base64')}`;
    assert.deepEqual(proxy.asked, [`${new URL(server.url).host} ${authorization}`]);
    connection.close();
    await eventually(() => assert.equal(proxy.openSockets(), 0));
  });

  it('does not trust another server behind the proxy', async () => {
    const proxy = await aProxy();
    const kubeconfig = server.kubeconfig().replace(/\n +certificate-authority-data: .*/, '');
    await assert.rejects(through(proxy.url, kubeconfig).request('/api', { signal }), /self-signed certificate/);
  });

  it('reaches a server without TLS where that is allowed', async () => {
    const proxy = await aProxy();
    const plain = await startScriptedServer((response) => void response.end('{}'));
    ends.push(() => plain.close());
    const kubeconfig = server.kubeconfig().replace(server.url, plain.url);
    assert.equal(await textOf(await through(proxy.url, kubeconfig).request('/api', { signal })), '{}');
    assert.deepEqual(proxy.asked, [new URL(plain.url).host]);
  });

  it('tells what the proxy answered', async () => {
    const proxy = await aProxy(407);
    const { host } = new URL(proxy.url);
    await assert.rejects(
      through(proxy.url.replace('http://', 'http://me:secret@')).request('/api', { signal }),
      (error: Error) => error.message === `the proxy at ${host}: answered 407 to CONNECT`,
    );
  });

  it('gives up a proxy that does not answer, and leaves no socket', async () => {
    const proxy = await aProxy('silent');
    const limits = { connect: 50, firstByte: 5_000 };
    await assert.rejects(
      through(proxy.url, undefined, { limits }).request('/api', { signal }),
      /no connection within 0.05 s|no answer in time/,
    );
    await eventually(() => assert.equal(proxy.openSockets(), 0));
  });

  it('ends a tunnel that is being asked for when it is closed', async () => {
    const proxy = await aProxy('silent');
    const connection = through(proxy.url);
    const asking = assert.rejects(connection.request('/api', { signal }), /the proxy at/);
    await eventually(() => assert.equal(proxy.asked.length, 1));
    connection.close();
    await asking;
    await eventually(() => assert.equal(proxy.openSockets(), 0));
  });
});
