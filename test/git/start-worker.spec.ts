import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gitLimits, repositoryFetch } from '../../src/forge/repository-fetch.ts';
import type { Fetch } from '../../src/web/web-fetch.ts';
import { createRepositories } from '../../src/git/repositories.ts';
import { startWorker } from '../../src/git/start-worker.ts';
import { FailureError } from '../../src/model/failure.ts';
import { startConfigRepository, type ConfigRepository } from '../../src/sandbox/config-repository.ts';

const manifest = 'version: 1.0.0 # {"$promotion": "apps:podinfo:prod"}\n';
const patience = 60_000;

/** A worker that does to its first batch what `does` says. */
const thatDoes = (does: string) =>
  `require('node:worker_threads').parentPort.on('message', ({ type }) => { if (type === 'run') { ${does} } });`;

describe('git/start-worker', () => {
  let cacheDir: string;
  let repositories: ConfigRepository[];
  let asked: string[];
  const web = repositoryFetch({ now: () => 0, limits: gitLimits });
  const fetch: Fetch = (url, init) => {
    asked.push(url);
    return web(url, init);
  };

  beforeEach(async () => {
    repositories = [];
    asked = [];
    cacheDir = await mkdtemp(join(tmpdir(), 'leafwatch-worker-'));
  });
  afterEach(async () => {
    for (const config of repositories) await config.close();
    await rm(cacheDir, { recursive: true, force: true });
  });

  const aRepository = async (files: Readonly<Record<string, string>>) => {
    const config = await startConfigRepository({ files });
    repositories.push(config);
    return config;
  };
  const promoteBy = (run: ReturnType<typeof startWorker>, { url }: ConfigRepository, branch = 'promotions/x') =>
    createRepositories({ cacheDir, clock: { now: () => 0 }, run }).proposeChange({
      url,
      credentials: { username: 'robot', password: 'word' },
      fetch,
      base: 'main',
      branch,
      marker: { namespace: 'apps', pipeline: 'podinfo', environment: 'prod' },
      revision: '2.0.0',
      message: 'promote',
    });
  const failureOf = async (promise: Promise<unknown>) => {
    const error = await promise.then(
      () => assert.fail('it succeeded'),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof FailureError, String(error));
    const { remedy, reason, message } = error.failure;
    return `${remedy} ${reason}: ${message.replace(/http:\S*/g, 'it')}`;
  };

  it('fails a repository that takes more memory than there is, alone, and works on others with a new thread', async () => {
    const run = startWorker({ heap: 48, patience });
    // Small enough to be read, and in a parser's memory a hundred times as large.
    const lines = Array.from({ length: 60_000 }, (_, index) => `  k${index}: v\n`).join('');
    const large = await aRepository({ 'a.yaml': `x:\n${lines}${manifest}` });
    const small = await aRepository({ 'a.yaml': manifest });
    assert.equal(
      await failureOf(promoteBy(run, large)),
      'give-up RepositoryTooLarge: it cannot be worked on: Worker terminated due to reaching memory limit: JS heap out of memory. Promote in a smaller repository',
    );
    assert.deepEqual(Object.keys(await large.branches()), ['main']);
    assert.equal((await promoteBy(run, small)).type, 'pushed');
  });

  for (const [what, does, said] of [
    ['throws', `throw new Error('it broke')`, 'it broke'],
    ['ends by itself', 'process.exit(3)', 'its thread ended with exit code 3'],
  ] as const)
    it(`tells of a thread that ${what}, and begins with a new one each time`, async () => {
      const run = startWorker({ heap: 64, patience, program: thatDoes(does) });
      const config = await aRepository({ 'a.yaml': manifest });
      for (let time = 0; time < 2; time += 1)
        assert.equal(
          await failureOf(promoteBy(run, config)),
          `retry GitWorkerStopped: Working on it ended early: ${said}`,
        );
    });

  it('keeps the clone of a thread that ended, and reads nothing of it again', async () => {
    const config = await aRepository({ 'a.yaml': manifest });
    assert.equal((await promoteBy(startWorker({ heap: 256, patience }), config)).type, 'pushed');
    await failureOf(promoteBy(startWorker({ heap: 64, patience, program: thatDoes('process.exit(1)') }), config));
    assert.equal((await promoteBy(startWorker({ heap: 256, patience }), config, 'promotions/y')).type, 'pushed');
    assert.equal(asked.filter((url) => url.endsWith('/git-upload-pack')).length, 1);
  });
});
