import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gitLimits, repositoryFetch } from '../../src/forge/repository-fetch.ts';
import { createClones } from '../../src/git/clones.ts';
import { createRepositories } from '../../src/git/repositories.ts';
import { startConfigRepository, type ConfigRepository } from '../../src/sandbox/config-repository.ts';
import { createAgents } from '../../src/web/agents.ts';
import type { Proxies } from '../../src/web/proxies.ts';
import { startConnectProxy } from '../support/connect-proxy.ts';
import { startTlsFront, type TlsFront } from '../support/tls-front.ts';
import { failed } from '../support/failed.ts';

describe('git by HTTPS', () => {
  let config: ConfigRepository;
  let front: TlsFront;
  let cacheDir: string;
  let ends: (() => void)[];

  beforeEach(async () => {
    config = await startConfigRepository({
      files: { 'a.yaml': 'version: 1.0.0 # {"$promotion": "apps:podinfo:prod"}\n' },
    });
    front = await startTlsFront(config.url);
    cacheDir = await mkdtemp(join(tmpdir(), 'leafwatch-https-'));
    ends = [front.close];
  });
  afterEach(async () => {
    for (const end of ends) end();
    await config.close();
    await rm(cacheDir, { recursive: true, force: true });
  });

  const propose = (host: string, { ca, proxies }: { ca?: string; proxies?: Proxies } = {}) =>
    createRepositories({ cacheDir, clock: { now: () => 0 }, run: createClones() }).proposeChange({
      url: front.urlAt(host),
      credentials: { username: 'robot', password: 'word' },
      fetch: repositoryFetch({ ca, now: () => 0, limits: gitLimits, agents: createAgents(proxies) }),
      base: 'main',
      branch: 'promotions/x',
      marker: { namespace: 'apps', pipeline: 'podinfo', environment: 'prod' },
      revision: '2.0.0',
      message: 'promote',
    });
  const failureOf = async (promise: Promise<unknown>) => {
    const { remedy, reason, message } = await failed(promise);
    assert.deepEqual(Object.keys(await config.branches()), ['main']);
    return `${remedy} ${reason}: ${message.replace(/:\d+/g, '')}`;
  };
  const aProxy = async (...how: Parameters<typeof startConnectProxy>) => {
    const proxy = await startConnectProxy(...how);
    ends.push(proxy.close);
    return { proxy, httpsProxy: proxy.url.replace('//', '//me:p%40ss@') };
  };

  it('trusts the authority of caFile, by one connection', async () => {
    assert.equal((await propose('localhost', { ca: front.ca })).type, 'pushed');
    assert.equal(front.connections(), 1);
  });

  it('trusts no server whose authority nobody named', async () => {
    assert.match(await failureOf(propose('localhost')), /^retry ServerUnreachable: localhost: self-signed certificate/);
  });

  it('goes through the proxy, by one tunnel, with its credentials', async () => {
    const { proxy, httpsProxy } = await aProxy();
    assert.equal((await propose('host.test', { ca: front.ca, proxies: { httpsProxy } })).type, 'pushed');
    const authorization = `Basic ${Buffer.from('me:p@ss').toString('base64')}`;
    assert.deepEqual(proxy.asked, [`${new URL(front.urlAt('host.test')).host} ${authorization}`]);
  });

  it('does not trust another server behind the proxy', async () => {
    const { httpsProxy } = await aProxy();
    assert.match(await failureOf(propose('host.test', { proxies: { httpsProxy } })), /self-signed certificate/);
  });

  for (const [status, failure] of [
    [
      407,
      'wait ProxyRefused: host.test: the proxy at 127.0.0.1: answered 407 to CONNECT: put a valid user and password into the URL of HTTPS_PROXY',
    ],
    [
      403,
      'wait ProxyRefused: host.test: the proxy at 127.0.0.1: answered 403 to CONNECT: let it connect there, or name the host in NO_PROXY',
    ],
    [502, 'retry ServerUnreachable: host.test: the proxy at 127.0.0.1: answered 502 to CONNECT'],
  ] as const)
    it(`tells what a proxy answers that opens no tunnel, without its credentials: ${status}`, async () => {
      const { httpsProxy } = await aProxy(status);
      assert.equal(await failureOf(propose('host.test', { ca: front.ca, proxies: { httpsProxy } })), failure);
    });

  it('asks no proxy for what NO_PROXY names, nor for loopback', async () => {
    const { proxy, httpsProxy } = await aProxy();
    assert.match(
      await failureOf(propose('host.test', { ca: front.ca, proxies: { httpsProxy, noProxy: '.test' } })),
      /^retry ServerUnreachable: host\.test: getaddrinfo/,
    );
    assert.equal((await propose('localhost', { ca: front.ca, proxies: { httpsProxy } })).type, 'pushed');
    assert.deepEqual(proxy.asked, []);
  });
});
