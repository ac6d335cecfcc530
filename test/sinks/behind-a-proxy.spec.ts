import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FailureError } from '../../src/model/failure.ts';
import { startForge, type Forge } from '../../src/sandbox/forge/start-forge.ts';
import { bareRepository } from '../../src/sandbox/git/bare-repository.ts';
import { createPullRequests } from '../../src/sinks/pull-requests.ts';
import { aPromotion, markedManifest } from '../support/a-promotion.ts';
import { startConnectProxy } from '../support/connect-proxy.ts';
import { startTlsFront, type TlsFront } from '../support/tls-front.ts';

describe('pull requests behind a proxy', () => {
  let dir: string;
  let forge: Forge;
  let front: TlsFront;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'leafwatch-proxy-'));
    const files = { 'prod/podinfo.yaml': markedManifest('6.1.4') };
    const repository = await bareRepository(join(dir, 'repository'), { files });
    forge = await startForge({ repository, owner: 'org', name: 'config', token: 'the-token' });
    front = await startTlsFront(forge.url);
  });
  afterEach(async () => {
    front.close();
    await forge.close();
    await rm(dir, { recursive: true, force: true });
  });

  const open = (httpsProxy: string) =>
    createPullRequests({
      readSecret: () => Promise.resolve({ username: 'robot', token: 'the-token', caFile: front.ca }),
      clock: { now: () => 1_700_000_000_000 },
      cacheDir: join(dir, 'cache'),
      proxies: { httpsProxy },
    }).open({ type: 'open-pull-request', promotion: aPromotion(front.urlAt('host.test'), 'github') });

  it('are opened: the forge and git are both reached through it, and by nothing else', async () => {
    const proxy = await startConnectProxy();
    try {
      const outcome = await open(proxy.url);
      assert.ok(outcome.type === 'pull-request-seen' && outcome.opened);
      assert.equal(front.connections(), proxy.asked.length);
      // Three questions to the forge and a look at the repository are asked at once.
      assert.ok(proxy.asked.length <= 4, `connections are used again, but there were ${proxy.asked.length}`);
    } finally {
      proxy.close();
    }
  });

  it('are waited for while the proxy refuses, which is told without its credentials', async () => {
    const proxy = await startConnectProxy(407);
    try {
      const error = await open(proxy.url.replace('//', '//me:pa55word@')).catch((reason: unknown) => reason);
      assert.ok(error instanceof FailureError, String(error));
      assert.deepEqual([error.failure.remedy, error.failure.reason], ['wait', 'ProxyRefused']);
      assert.doesNotMatch(JSON.stringify(error.failure), /pa55word/);
      assert.deepEqual(forge.requests, []);
    } finally {
      proxy.close();
    }
  });
});
