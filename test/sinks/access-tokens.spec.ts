import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FailureError } from '../../src/model/failure.ts';
import { bareRepository } from '../../src/sandbox/git/bare-repository.ts';
import { createPullRequests } from '../../src/sinks/pull-requests.ts';
import { aPromotion, markedManifest } from '../support/a-promotion.ts';
import { startFakeBitbucketServer, type FakeBitbucketServer } from '../support/forges/fake-bitbucket-server.ts';

describe('the HTTP access token of a repository on Bitbucket Server', () => {
  let dir: string;
  let fake: FakeBitbucketServer;

  const open = async (secret: Record<string, string>) => {
    const promotion = aPromotion(fake.url, 'github');
    const sinks = createPullRequests({
      readSecret: () => Promise.resolve(secret),
      clock: { now: () => 0 },
      cacheDir: join(dir, 'cache'),
    });
    const strategy = { ...promotion.strategy, type: 'bitbucket-server' } as const;
    return sinks.open({ type: 'open-pull-request', promotion: { ...promotion, strategy } });
  };

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'leafwatch-tokens-'));
    const files = { 'prod/podinfo.yaml': markedManifest('6.1.4') };
    fake = await startFakeBitbucketServer(await bareRepository(join(dir, 'repository'), { files }));
  });
  afterEach(async () => {
    await fake.close();
    await rm(dir, { recursive: true, force: true });
    assert.deepEqual(fake.mistakes, []);
  });

  it('does for git too where the Secret names no user', async () => {
    const outcome = await open({ token: 'of the repository' });
    assert.ok(outcome.type === 'pull-request-seen' && outcome.opened);
  });

  it('is taken for no password of a user', async () => {
    await assert.rejects(open({ token: 'of the repository', username: 'robot' }), (error: unknown) => {
      assert.ok(error instanceof FailureError);
      assert.deepEqual([error.failure.remedy, error.failure.reason], ['give-up', 'Unauthorized']);
      return true;
    });
  });
});
