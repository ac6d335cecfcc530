import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Outcome, Promotion } from '../../src/model/action.ts';
import type { PullRequestStatus } from '../../src/model/pipeline-status.ts';
import { refused } from '../../src/sandbox/forge/answer.ts';
import { startForge, type Forge, type ForgeOptions } from '../../src/sandbox/forge/start-forge.ts';
import { bareRepository, type BareRepository } from '../../src/sandbox/git/bare-repository.ts';
import { createPullRequests } from '../../src/sinks/pull-requests.ts';
import { aPromotion, markedManifest } from '../support/a-promotion.ts';
import { failed } from '../support/failed.ts';

type Interfere = NonNullable<ForgeOptions['interfere']>;

describe('what a promotion replaces', () => {
  let dir: string;
  let repository: BareRepository;
  let forge: Forge;
  let interfere: Interfere | undefined;
  let now: number;
  let sinks: ReturnType<typeof createPullRequests>;
  let older: Promotion;
  let newer: Promotion;

  const seenIn = (outcome: Outcome): PullRequestStatus => {
    assert.ok(outcome.type === 'pull-request-seen', outcome.type);
    return outcome.pullRequest;
  };
  const open = (promotion: Promotion) => sinks.open({ type: 'open-pull-request', promotion });
  const follow = (pullRequest: PullRequestStatus, promotion = newer) => {
    now += 60_000;
    return sinks.follow({ type: 'follow-pull-request', promotion, pullRequest });
  };
  const states = async () => (await forge.pulls.all()).map(({ base, state }) => `${base} ${state}`);
  const comments = (number = 1) => forge.pulls.comments(number).map(({ body }) => body);
  const branches = async () => Object.keys(await repository.branches());
  const commenting: Interfere = ({ method, path }) =>
    method === 'POST' && path.endsWith('/issues/1/comments') ? refused(403, 'Forbidden') : undefined;
  const closing: Interfere = ({ method, path }) =>
    method === 'PATCH' && path.endsWith('/pulls/1') ? refused(502, 'Bad Gateway') : undefined;

  beforeEach(async () => {
    [interfere, now] = [undefined, 1_700_000_000_000];
    dir = await mkdtemp(join(tmpdir(), 'leafwatch-replaced-'));
    repository = await bareRepository(join(dir, 'repository'), {
      files: { 'prod/podinfo.yaml': markedManifest('6.1.4') },
    });
    forge = await startForge({
      ...{ repository, owner: 'org', name: 'config', token: 'the-token' },
      interfere: (request) => interfere?.(request),
    });
    sinks = createPullRequests({
      readSecret: () => Promise.resolve({ username: 'robot', password: 'the-token', token: 'the-token' }),
      clock: { now: () => now },
      cacheDir: join(dir, 'cache'),
    });
    older = aPromotion(forge.url, 'github');
    newer = { ...aPromotion(forge.url, 'github', '6.1.6'), supersedes: [older.text.branch] };
    await open(older);
  });
  afterEach(async () => {
    assert.deepEqual(forge.mistakes, []);
    await forge.close();
    await rm(dir, { recursive: true, force: true });
  });

  for (const [why, refuse, told] of [
    [
      'is refused',
      commenting,
      /^what 6\.1\.6 replaces is not closed yet: Closing pull request 1 in org\/config: \S+ answers 403 /,
    ],
    ['fails for now', closing, /^what 6\.1\.6 replaces is not closed yet: \S+ answers 502 /],
  ] as const) {
    it(`is closed later where that ${why}: the new one is open, says so, and goes on`, async () => {
      interfere = refuse;
      const outcome = await open(newer);
      const pullRequest = seenIn(outcome);
      assert.deepEqual(
        [outcome.type === 'pull-request-seen' && outcome.opened, pullRequest.number, pullRequest.state],
        [true, 2, 'open'],
      );
      assert.equal(pullRequest.unclosed, true);
      assert.match(pullRequest.trouble ?? '', told);
      const still = seenIn(await follow(pullRequest));
      assert.deepEqual(still, pullRequest, 'as long as it is refused');
      assert.deepEqual(await states(), ['main open', 'main open']);
      interfere = undefined;
      const { trouble, unclosed, ...rest } = seenIn(await follow(still));
      assert.deepEqual([trouble, unclosed, rest.state], [undefined, undefined, 'open']);
      for (const time of ['once', 'again after a crash']) {
        assert.deepEqual(await states(), ['main closed', 'main open'], time);
        assert.deepEqual(comments(), [`Superseded by 6.1.6: ${pullRequest.url}`], time);
        assert.deepEqual(await branches(), ['main', newer.text.branch], time);
        assert.equal(seenIn(await follow(still)).trouble, undefined);
      }
    });

    it(`stays open where that ${why}, and the merge of the new one is noticed all the same`, async () => {
      interfere = refuse;
      const pullRequest = seenIn(await open(newer));
      await forge.pulls.merge(2);
      const { state, trouble, unclosed } = seenIn(await follow(pullRequest));
      assert.deepEqual([state, unclosed], ['merged', undefined]);
      assert.match(trouble ?? '', told);
    });
  }

  it('is asked about no more once it is closed', async () => {
    const pullRequest = seenIn(await open(newer));
    const before = forge.requests.length;
    await follow(pullRequest);
    const since = forge.requests.slice(before);
    assert.deepEqual(
      since.filter((request) => request.includes('head=')),
      [],
    );
  });

  it('is closed later also where it is its own into the base before', async () => {
    interfere = commenting;
    await repository.git(['branch', 'release', 'main']);
    const moved = { ...older, strategy: { ...older.strategy, baseBranch: 'release' } };
    const pullRequest = seenIn(await open(moved));
    assert.deepEqual([pullRequest.number, pullRequest.unclosed], [2, true]);
    assert.deepEqual(await states(), ['main open', 'release open']);
    interfere = undefined;
    assert.equal(seenIn(await follow(pullRequest, moved)).unclosed, undefined);
    assert.deepEqual(await states(), ['main closed', 'release open']);
  });

  it('is closed when the new one is closed as needless', async () => {
    interfere = commenting;
    const pullRequest = seenIn(await open(newer));
    await repository.commit(
      { 'prod/podinfo.yaml': markedManifest('6.1.6'), 'by.yaml': 'hand: 1\n' },
      'by hand',
      'main',
    );
    interfere = undefined;
    now += 60_000;
    const outcome = await sinks.follow({ type: 'follow-pull-request', promotion: newer, pullRequest, arrived: true });
    assert.ok(outcome.type === 'nothing-to-change', outcome.type);
    assert.equal(outcome.pullRequest?.trouble, undefined);
    assert.deepEqual([await states(), await branches()], [['main closed', 'main closed'], ['main']]);
  });

  describe('by one that was merged before anybody had heard of it', () => {
    const openMerged = async (refuse: Interfere) => {
      interfere = refuse;
      await open(newer);
      await forge.pulls.merge(2);
    };

    it('is closed before that is told, where it only fails for now', async () => {
      await openMerged(closing);
      assert.equal((await failed(open(newer))).remedy, 'retry');
      interfere = undefined;
      assert.equal(seenIn(await open(newer)).state, 'merged');
      assert.deepEqual(await states(), ['main closed', 'main closed']);
    });

    it('stays open where that is refused, which is told with the merge', async () => {
      await openMerged(commenting);
      const { state, trouble, unclosed } = seenIn(await open(newer));
      assert.deepEqual([state, unclosed], ['merged', undefined]);
      assert.match(trouble ?? '', /answers 403/);
    });
  });

  it('is closed before it is told that the base says the revision already', async () => {
    await repository.commit({ 'prod/podinfo.yaml': markedManifest('6.1.6') }, 'by hand', 'main');
    interfere = closing;
    assert.equal((await failed(open(newer))).remedy, 'retry');
    interfere = undefined;
    assert.equal((await open(newer)).type, 'nothing-to-change');
    assert.deepEqual(await states(), ['main closed']);
  });
});
