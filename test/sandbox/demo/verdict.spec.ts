import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { branchOf, environments, promoted, versions } from '../../../src/sandbox/demo/application.ts';
import { configFiles, releaseFile, releaseText } from '../../../src/sandbox/demo/config-files.ts';
import type { PullRequestSight } from '../../../src/sandbox/demo/forge-client.ts';
import { pipeline } from '../../../src/sandbox/demo/pipeline.ts';
import type { Sight } from '../../../src/sandbox/demo/observe.ts';
import { verdict } from '../../../src/sandbox/demo/verdict.ts';
import { bareRepository, type BareRepository } from '../../../src/sandbox/git/bare-repository.ts';
import { Pipeline } from '../../../src/model/pipeline.ts';
import type { EnvironmentStatus } from '../../../src/model/pipeline-status.ts';

const { released } = versions;

const promotion = { revision: released, from: 'dev', state: 'Succeeded', startedAt: '2026-01-01T00:00:00Z' } as const;

const ended = Object.fromEntries(
  environments.map(({ name }): [string, EnvironmentStatus] => [
    name,
    { revision: released, ...(name !== 'dev' && { promotion }) },
  ]),
);

const merged = promoted.map(({ name }, index): PullRequestSight => ({
  number: index + 1,
  title: name,
  branch: branchOf(name, released),
  url: `http://forge/pull/${index + 1}`,
  state: 'merged',
}));

const aSight = (
  status: Readonly<Record<string, EnvironmentStatus>> = ended,
  pullRequests: readonly PullRequestSight[] = merged,
): Sight => {
  const { spec, metadata } = pipeline('http://forge/fleet/config');
  return {
    pipeline: Pipeline.parse({
      spec,
      metadata: { ...metadata, uid: '1', resourceVersion: '1' },
      status: { environments: status },
    }),
    releases: {},
    pullRequests,
  };
};

describe('the verdict on the story', () => {
  let dir: string;
  let repository: BareRepository;
  const judge = (sight: Sight, mistakes: readonly string[] = []) => verdict(sight, { repository, forge: { mistakes } });

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'verdict-'));
    repository = await bareRepository(dir, { files: configFiles(released) });
  });
  after(() => rm(dir, { recursive: true, force: true }));

  it('has nothing to say when every promotion happened', async () => {
    assert.deepEqual(await judge(aSight()), []);
  });

  it('names an environment that runs something else, or whose promotion has not ended', async () => {
    const prod = { revision: versions.before, promotion: { ...promotion, state: 'Merged' as const } };
    assert.deepEqual(await judge(aSight({ ...ended, prod })), [
      'prod runs 6.1.4 instead of 6.1.5',
      'the promotion into prod of 6.1.5 is Merged',
    ]);
  });

  it('names an environment that came to the version without a promotion', async () => {
    assert.deepEqual(await judge(aSight({ ...ended, staging: { revision: released } })), [
      'the promotion into staging was not begun',
    ]);
  });

  it('counts the pull requests', async () => {
    const [first, second] = merged;
    assert.deepEqual(await judge(aSight(ended, [first!, { ...second!, state: 'closed' }])), [
      'there is not exactly one merged pull request of promotions/podinfo/podinfo/prod/6.1.5',
      'pull request #2 of promotions/podinfo/podinfo/prod/6.1.5 is closed',
    ]);
    assert.deepEqual(await judge(aSight(ended, [...merged, { ...second!, number: 3 }])), [
      'there is not exactly one merged pull request of promotions/podinfo/podinfo/prod/6.1.5',
    ]);
    assert.deepEqual(await judge(aSight(ended, [...merged, { ...second!, number: 3, branch: 'other' }])), [
      'pull request #3 of other is merged',
    ]);
  });

  it('reads the files at the base branch', async () => {
    await repository.commit({ [releaseFile('prod-us')]: releaseText('prod', versions.before) }, 'revert');
    assert.deepEqual(await judge(aSight()), ['clusters/prod-us/podinfo.yaml says 6.1.4']);
    await repository.commit({ [releaseFile('prod-us')]: releaseText('prod', released) }, 'again');
  });

  it('tells of a forge that did not answer as GitHub does', async () => {
    assert.deepEqual(await judge(aSight(), ['no title']), ['the forge made a mistake: no title']);
  });
});
