import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Outcome, Promotion } from '../../src/model/action.ts';
import type { PullRequestStatus } from '../../src/model/pipeline-status.ts';
import { startForge, type Forge, type ForgeOptions } from '../../src/sandbox/forge/start-forge.ts';
import { bareRepository, type BareRepository } from '../../src/sandbox/git/bare-repository.ts';
import { createPullRequests } from '../../src/sinks/pull-requests.ts';
import { aPromotion, markedManifest } from '../support/a-promotion.ts';
import { eventually } from '../support/eventually.ts';
import { failed } from '../support/failed.ts';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const appSecret = {
  githubAppID: '12',
  githubAppInstallationID: '34',
  githubAppPrivateKey: privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
};

describe('the life of a pull request', () => {
  let dir: string;
  let repository: BareRepository;
  let forge: Forge;
  let secret: Record<string, string>;
  let interfere: ForgeOptions['interfere'];
  let promotion: Promotion;
  let now: number;
  let sinks: ReturnType<typeof createPullRequests>;

  const seenIn = (outcome: Outcome): PullRequestStatus => {
    assert.ok(outcome.type === 'pull-request-seen', outcome.type);
    return outcome.pullRequest;
  };
  const open = async (what = promotion) => seenIn(await sinks.open({ type: 'open-pull-request', promotion: what }));
  const follow = (pullRequest: PullRequestStatus, what = promotion) => {
    now += 60_000;
    return sinks.follow({ type: 'follow-pull-request', promotion: what, pullRequest });
  };
  /** Looked at once the destination has settled on the revision. */
  const followArrived = (pullRequest: PullRequestStatus, what = promotion) => {
    now += 60_000;
    return sinks.follow({ type: 'follow-pull-request', promotion: what, pullRequest, arrived: true });
  };
  const asking = (wishes: Partial<Promotion['strategy']>) => ({
    ...promotion,
    strategy: { ...promotion.strategy, ...wishes },
  });
  const branches = async () => Object.keys(await repository.branches());
  beforeEach(async () => {
    [interfere, now] = [undefined, 1_700_000_000_000];
    dir = await mkdtemp(join(tmpdir(), 'leafwatch-life-'));
    repository = await bareRepository(join(dir, 'repository'), {
      files: { 'prod/podinfo.yaml': markedManifest('6.1.4') },
    });
    forge = await startForge({
      ...{ repository, owner: 'org', name: 'config', token: 'the-token', readers: ['reader'], collaborators: ['ann'] },
      app: { id: '12', installation: '34', publicKey, lifetime: 3_600_000 },
      interfere: (request) => interfere?.(request),
    });
    secret = { username: 'robot', password: 'the-token', token: 'the-token' };
    promotion = aPromotion(forge.url, 'github');
    sinks = createPullRequests({
      readSecret: () => Promise.resolve(secret),
      clock: { now: () => now },
      cacheDir: join(dir, 'cache'),
    });
  });
  afterEach(async () => {
    assert.deepEqual(forge.mistakes, []);
    await forge.close();
    await rm(dir, { recursive: true, force: true });
  });

  it('leaves no branch behind once it is merged', async () => {
    const pullRequest = await open();
    await forge.pulls.merge(1, { method: 'squash' });
    assert.equal(seenIn(await follow(pullRequest)).state, 'merged');
    assert.deepEqual(await branches(), ['main']);
    assert.equal(seenIn(await follow(pullRequest)).state, 'merged');
  });

  it('leaves no branch behind once it is merged by whoever opened it, and died before that was written down', async () => {
    await open();
    await forge.pulls.merge(1);
    for (const again of ['adopted', 'looked at once more']) {
      const { state, trouble } = await open();
      assert.deepEqual([state, trouble, await branches()], ['merged', undefined, ['main']], again);
    }
  });

  it('leaves no branch behind where it was merged before it could be rejected', async () => {
    await open();
    await forge.pulls.merge(1);
    const { state, trouble } = seenIn(await sinks.close({ type: 'close-pull-request', promotion, comment: 'no' }));
    assert.deepEqual([state, trouble, await branches()], ['merged', undefined, ['main']]);
    assert.deepEqual(forge.pulls.comments(1), []);
  });

  it('says so where its branch cannot be deleted after a merge that nobody followed', async () => {
    await open();
    await forge.pulls.merge(1);
    await repository.git(['config', 'receive.denyDeletes', 'true']);
    const told = [await open(), seenIn(await sinks.close({ type: 'close-pull-request', promotion, comment: 'no' }))];
    for (const { state, trouble } of told) {
      assert.equal(state, 'merged');
      assert.match(trouble ?? '', /did not delete branch promotions/);
    }
  });

  it("leaves a branch with a person's commit where it is", async () => {
    const pullRequest = await open();
    const head = await repository.commit({ 'fix.yaml': 'a: 1\n' }, 'a fix', promotion.text.branch);
    assert.equal(seenIn(await follow(pullRequest)).head, head);
    await forge.pulls.merge(1, { method: 'squash' });
    assert.equal(seenIn(await follow(pullRequest)).state, 'merged');
    assert.deepEqual(await branches(), ['main', promotion.text.branch]);
  });

  it('is superseded: closed with a comment that names the other, and its branch gone', async () => {
    await open();
    const newer = { ...aPromotion(forge.url, 'github', '6.1.6'), supersedes: [promotion.text.branch] };
    const { url } = await open(newer);
    assert.deepEqual(await branches(), ['main', newer.text.branch]);
    assert.deepEqual(
      forge.pulls.comments(1).map(({ body }) => body),
      [`Superseded by 6.1.6: ${url}`],
    );
    assert.equal((await forge.pulls.find(1))?.state, 'closed');
  });

  it('closes what it superseded once more when it is merged: one may have been opened too late by who has died since', async () => {
    const newer = { ...aPromotion(forge.url, 'github', '6.1.6'), supersedes: [promotion.text.branch] };
    const { url, ...pullRequest } = await open(newer);
    await open();
    await forge.pulls.merge(1);
    assert.equal(seenIn(await follow({ url, ...pullRequest }, newer)).state, 'merged');
    assert.deepEqual(
      [(await forge.pulls.find(2))?.state, forge.pulls.comments(2).map(({ body }) => body), await branches()],
      ['closed', [`Superseded by 6.1.6: ${url}`], ['main']],
    );
  });

  it('is seen closed when a person closes it, or deletes its branch', async () => {
    const pullRequest = await open();
    await repository.git(['branch', '-D', promotion.text.branch]);
    assert.equal(seenIn(await follow(pullRequest)).state, 'closed');
    assert.equal((await open()).state, 'closed');
    assert.deepEqual(await branches(), ['main']);
  });

  it('is known again when the memory of it is lost, also one that was asked for anew', async () => {
    const anew = `${promotion.text.branch}=r2`;
    await open({ ...promotion, text: { ...promotion.text, branch: anew } });
    assert.deepEqual(await open({ ...promotion, forgotten: true }), {
      url: `${forge.url}/pull/1`,
      number: 1,
      branch: anew,
      state: 'open',
      head: (await repository.branches())[anew],
    });
    await forge.pulls.edit(1, { state: 'closed' });
    assert.equal((await open({ ...promotion, forgotten: true })).state, 'closed');
    assert.deepEqual(await branches(), ['main', anew]);
  });

  it('is merged, also when the memory of it is lost, while its base says so, and past once that says something else', async () => {
    await open();
    await forge.pulls.merge(1);
    const forgotten = { ...promotion, allowDowngrade: true, forgotten: true };
    assert.equal((await open(forgotten)).state, 'merged');
    const newer = aPromotion(forge.url, 'github', '6.1.6');
    await open(newer);
    await forge.pulls.merge(2);
    const newest = aPromotion(forge.url, 'github', '6.1.7');
    await open(newest);
    const back = { ...forgotten, supersedes: [newest.text.branch] };
    for (const time of ['first', 'again after a crash']) {
      const outcome = await sinks.open({ type: 'open-pull-request', promotion: back });
      assert.ok(outcome.type === 'promoted-before', outcome.type);
      assert.deepEqual([outcome.pullRequest.number, outcome.pullRequest.state], [1, 'merged'], time);
      assert.deepEqual(
        [
          (await forge.pulls.all()).length,
          (await forge.pulls.find(3))?.state,
          forge.pulls.comments(3).map(({ body }) => body),
        ],
        [3, 'closed', [`Superseded: staging is back at 6.1.5, which was promoted before: ${forge.url}/pull/1`]],
        time,
      );
    }
    assert.ok(!(await branches()).includes(newest.text.branch));
    const remembered = seenIn(
      await sinks.open({ type: 'open-pull-request', promotion: { ...back, forgotten: false } }),
    );
    assert.equal(remembered.state, 'merged', 'of one that is remembered that is known already');
  });

  it('is rejected: closed with the reason, and its branch gone', async () => {
    await open();
    const outcome = await sinks.close({ type: 'close-pull-request', promotion, comment: 'Rejected: no' });
    assert.ok(outcome.type === 'promotion-closed');
    assert.equal(outcome.pullRequest?.state, 'closed');
    assert.deepEqual(await branches(), ['main']);
  });

  it('is rejected also when the memory of it is lost, and it was asked for anew', async () => {
    const anew = `${promotion.text.branch}=r2`;
    await open({ ...promotion, text: { ...promotion.text, branch: anew } });
    const what = { ...promotion, forgotten: true };
    for (const time of ['first', 'again after a crash']) {
      const outcome = await sinks.close({ type: 'close-pull-request', promotion: what, comment: 'Rejected: no' });
      assert.ok(outcome.type === 'promotion-closed');
      assert.deepEqual([outcome.pullRequest?.branch, outcome.pullRequest?.state], [anew, 'closed'], time);
    }
    assert.deepEqual([(await forge.pulls.find(1))?.state, await branches()], ['closed', ['main']]);
    assert.equal(forge.pulls.comments(1).length, 1);
  });

  it('is left for another when the strategy names another base', async () => {
    const pullRequest = await open();
    await repository.git(['branch', 'release', 'main']);
    const moved = asking({ baseBranch: 'release' });
    for (const time of ['first', 'again after a crash'])
      assert.deepEqual(await follow(pullRequest, moved), { type: 'pull-request-left', promotion: moved }, time);
    assert.deepEqual(forge.pulls.comments(1).length, 1);
    const { number } = await open(moved);
    assert.equal(number, 2);
    assert.deepEqual(
      (await forge.pulls.all()).map(({ base, state }) => [base, state]),
      [
        ['main', 'closed'],
        ['release', 'open'],
      ],
    );
  });

  it('is superseded, or rejected, also where the strategy names another base since', async () => {
    await open();
    await repository.git(['branch', 'release', 'main']);
    const { strategy } = asking({ baseBranch: 'release' });
    const newer = { ...aPromotion(forge.url, 'github', '6.1.6'), strategy, supersedes: [promotion.text.branch] };
    await open(newer);
    assert.deepEqual(
      (await forge.pulls.all()).map(({ base, state }) => [base, state]),
      [
        ['main', 'closed'],
        ['release', 'open'],
      ],
    );
    assert.deepEqual(await branches(), ['main', newer.text.branch, 'release']);
    const moved = { ...newer, strategy: promotion.strategy };
    const outcome = await sinks.close({ type: 'close-pull-request', promotion: moved, comment: 'Rejected: no' });
    assert.ok(outcome.type === 'promotion-closed');
    assert.deepEqual([outcome.pullRequest?.number, outcome.pullRequest?.state], [2, 'closed']);
    assert.deepEqual(await branches(), ['main', 'release']);
  });

  it('is one alone where it was opened into another base, before a crash and an edit of the strategy', async () => {
    await open();
    await repository.git(['branch', 'release', 'main']);
    const { number } = await open(asking({ baseBranch: 'release' }));
    assert.deepEqual(
      (await forge.pulls.all()).map(({ base, state }) => [base, state]),
      [
        ['main', 'closed'],
        ['release', 'open'],
      ],
    );
    assert.equal(number, 2);
  });

  it('leaves no branch behind where the forge refuses it for good, and none of a person', async () => {
    const refuse: ForgeOptions['interfere'] = ({ method, path }) =>
      method === 'POST' && path.endsWith('/pulls')
        ? { status: 422, body: { message: 'Validation Failed' } }
        : undefined;
    interfere = refuse;
    assert.equal((await failed(open())).reason, 'PullRequestRefused');
    assert.deepEqual(await branches(), ['main']);
    interfere = ({ method }) => (method === 'POST' ? 'drop' : undefined);
    assert.equal((await failed(open())).remedy, 'retry');
    assert.deepEqual(await branches(), ['main', promotion.text.branch], 'it is tried again');
    await repository.commit({ 'fix.yaml': 'a: 1\n' }, 'a fix', promotion.text.branch);
    interfere = refuse;
    assert.equal((await failed(open())).reason, 'PullRequestRefused');
    assert.deepEqual(await branches(), ['main', promotion.text.branch], 'with the commit of a person');
  });

  it('leaves no branch behind where somebody wrote the revision by hand before it could be opened', async () => {
    interfere = ({ method }) => (method === 'POST' ? 'drop' : undefined);
    assert.equal((await failed(open())).remedy, 'retry');
    interfere = undefined;
    await repository.commit({ 'prod/podinfo.yaml': markedManifest('6.1.5') }, 'by hand', 'main');
    assert.equal((await sinks.open({ type: 'open-pull-request', promotion })).type, 'nothing-to-change');
    assert.deepEqual(await branches(), ['main']);
  });

  it('gets its labels, reviewers and auto-merge', async () => {
    forge.pulls.statuses.require('leafwatch/prod');
    const wishes = asking({ labels: ['promotion'], reviewers: ['ann'], autoMerge: 'squash' });
    const { granted, trouble, head = '' } = await open(wishes);
    const done = { labels: ['promotion'], reviewers: ['ann'], autoMerge: 'squash' };
    assert.deepEqual([granted, trouble], [done, undefined]);
    const { labels, reviewers, autoMerge } = (await forge.pulls.find(1))!;
    assert.deepEqual([labels, reviewers, autoMerge], [['promotion'], ['ann'], 'squash']);
    const check = { state: 'success', reason: 'EvidenceHolds', description: 'staging is healthy' } as const;
    await sinks.setCheck({ type: 'set-check', promotion: wishes, head, check });
    assert.deepEqual(
      forge.pulls.statuses.of(head).map(({ context, state }) => [context, state]),
      [['leafwatch/prod', 'success']],
    );
    assert.ok((await forge.pulls.find(1))?.mergedAt);
  });

  it('is there once and followed, whatever of its wishes is refused, and gets them when it can', async () => {
    interfere = ({ path }) => (path.endsWith('/labels') ? 'drop' : undefined);
    const wishes = asking({ labels: ['promotion'], reviewers: ['nobody'] });
    const pullRequest = await open(wishes);
    assert.equal(pullRequest.state, 'open');
    assert.equal(pullRequest.granted, undefined);
    assert.match(pullRequest.trouble ?? '', /GitHub asks nobody to review pull request 1/);
    interfere = undefined;
    const followed = seenIn(await follow(pullRequest, asking({ labels: ['promotion'], reviewers: ['ann'] })));
    const done = { labels: ['promotion'], reviewers: ['ann'] };
    assert.deepEqual([followed.granted, followed.trouble], [done, undefined]);
    const { labels, reviewers } = (await forge.pulls.find(1))!;
    assert.deepEqual([labels, reviewers, (await forge.pulls.all()).length], [['promotion'], ['ann'], 1]);
  });

  it('gets what is wished later too, once, and keeps what people take off', async () => {
    forge.pulls.statuses.require('leafwatch/prod');
    let pullRequest = await open(asking({ labels: ['one'] }));
    const seenWith = async (wishes: Partial<Promotion['strategy']>) => {
      pullRequest = seenIn(await follow(pullRequest, asking(wishes)));
      const { labels, reviewers, autoMerge } = (await forge.pulls.find(1))!;
      return { labels, reviewers, autoMerge };
    };
    const all = { labels: ['one', 'two'], reviewers: ['ann'], autoMerge: 'squash' } as const;
    assert.deepEqual(await seenWith({ labels: ['one'] }), { labels: ['one'], reviewers: [], autoMerge: null });
    const wishes = { labels: ['one', 'two'], reviewers: ['ann'], autoMerge: 'squash' as const };
    assert.deepEqual(await seenWith(wishes), all);
    assert.deepEqual([pullRequest.granted, pullRequest.trouble], [all, undefined]);
    await forge.pulls.edit(1, { labels: ['two'] });
    const before = forge.requests.filter((request) => request.startsWith('POST')).length;
    assert.deepEqual(await seenWith(wishes), { ...all, labels: ['two'] });
    // The one that asks for conflicts.
    assert.equal(forge.requests.filter((request) => request.startsWith('POST')).length, before + 1);
    await seenWith({ labels: ['two'] });
    assert.match(pullRequest.trouble ?? '', /scheduled to be merged \(squash\).*cancel that on the pull request/);
    assert.deepEqual(pullRequest.granted, { labels: ['two'], autoMerge: 'squash' });
  });

  it('is not scheduled again to be merged where a forge takes that back for a commit of a person', async () => {
    forge.pulls.statuses.require('leafwatch/prod');
    const wishes = asking({ autoMerge: 'squash' });
    const pullRequest = await open(wishes);
    const head = await repository.commit({ 'fix.yaml': 'a: 1\n' }, 'a fix', promotion.text.branch);
    await forge.pulls.edit(1, { autoMerge: null });
    const followed = seenIn(await follow(pullRequest, wishes));
    assert.deepEqual([followed.head, followed.trouble], [head, undefined]);
    assert.equal((await forge.pulls.find(1))?.autoMerge, null);
  });

  describe('that conflicts with its base', () => {
    const moved = markedManifest('6.1.4').replace('spec:', 'kind: HelmRelease\nspec:').replace('"6.1.4"', '"6.0.0"');
    const conflict = async (text: string) => {
      const pullRequest = await open(asking({ autoMerge: 'merge' }));
      await repository.commit({ 'prod/podinfo.yaml': text }, 'by hand', 'main');
      const what = asking({ autoMerge: 'merge' });
      const first = seenIn(await follow(pullRequest, what));
      assert.equal(first.head, pullRequest.head, 'once may be said by mistake');
      // As some forges do when a branch is pushed to.
      await forge.pulls.edit(1, { autoMerge: null });
      return { before: first, outcome: await follow(first, what) };
    };
    beforeEach(() => {
      forge.pulls.statuses.require('leafwatch/prod');
    });

    it('is made anew on it, by one commit, and merged as it was to be', async () => {
      const { before, outcome } = await conflict(moved);
      const { head, trouble, granted } = seenIn(outcome);
      assert.deepEqual([trouble, granted], [undefined, { autoMerge: 'merge' }]);
      const { branch } = promotion.text;
      assert.equal((await forge.pulls.find(1))?.autoMerge, 'merge');
      assert.notEqual(head, before.head);
      assert.equal((await repository.branches())[branch], head);
      assert.deepEqual((await repository.log(`main..${branch}`)).length, 1);
      assert.equal(await repository.read(branch, 'prod/podinfo.yaml'), moved.replace('6.0.0', '6.1.5'));
      const again = seenIn(await follow(seenIn(outcome), asking({ autoMerge: 'merge' })));
      assert.deepEqual([again.head, again.trouble], [head, undefined]);
      assert.deepEqual(
        (await forge.pulls.all()).map(({ state }) => state),
        ['open'],
      );
    });

    it('is not made anew where that says a newer version meanwhile, and says so', async () => {
      const { before, outcome } = await conflict(moved.replace('6.0.0', '6.2.0'));
      const { head, trouble = '' } = seenIn(outcome);
      assert.match(
        trouble,
        /^pull request 1 conflicts with main: prod\/podinfo\.yaml says 6\.2\.0 in main of \S+, which is newer: /,
      );
      assert.deepEqual([head, (await repository.branches())[promotion.text.branch]], [before.head, before.head]);
      const allowed = { ...asking({ autoMerge: 'merge' }), allowDowngrade: true };
      assert.notEqual(seenIn(await follow(seenIn(outcome), allowed)).head, before.head);
    });

    it("keeps a person's commit, and says so", async () => {
      const pullRequest = await open();
      const head = await repository.commit({ 'fix.yaml': 'a: 1\n' }, 'a fix', promotion.text.branch);
      await repository.commit({ 'prod/podinfo.yaml': moved }, 'by hand', 'main');
      const first = seenIn(await follow(pullRequest));
      const second = seenIn(await follow(first));
      assert.deepEqual([second.state, second.head], ['open', head]);
      assert.equal(
        second.trouble,
        `pull request 1 conflicts with main, and a commit on ${promotion.text.branch} is not ours, so that it is kept: merge main into it`,
      );
      assert.equal((await repository.branches())[promotion.text.branch], head);
    });

    it('is closed where that says the revision already', async () => {
      const { outcome } = await conflict(markedManifest('6.1.5').replaceAll('"6.1.5"', "'6.1.5'"));
      assert.ok(outcome.type === 'nothing-to-change');
      assert.equal(outcome.pullRequest?.state, 'closed');
      assert.deepEqual(
        [(await forge.pulls.find(1))?.state, forge.pulls.comments(1).map(({ body }) => body)],
        ['closed', ['main says 6.1.5 already.']],
      );
      assert.deepEqual(await branches(), ['main']);
    });

    it("is kept where that says the revision already, but a person's commit is on its branch, and says so", async () => {
      const pullRequest = await open();
      await repository.commit({ 'fix.yaml': 'a: 1\n' }, 'a fix', promotion.text.branch);
      await repository.commit(
        { 'prod/podinfo.yaml': markedManifest('6.1.5').replaceAll('"6.1.5"', "'6.1.5'") },
        'by hand',
        'main',
      );
      const { state, trouble = '' } = seenIn(await follow(seenIn(await follow(pullRequest))));
      assert.equal(state, 'open');
      assert.match(
        trouble,
        /^main says 6\.1\.5 already, and a commit on \S+ is not ours, so that pull request 1 is kept/,
      );
    });

    it('says what keeps it from being made anew', async () => {
      const { outcome } = await conflict('spec:\n  version: 6.0.0\n');
      assert.match(seenIn(outcome).trouble ?? '', /^pull request 1 conflicts with main: No version is marked for prod/);
    });
  });

  describe('that is needless, since its base says the revision by now', () => {
    const byHand = (version = '6.1.5') =>
      repository.commit({ 'prod/podinfo.yaml': markedManifest(version), 'by.yaml': 'hand: 1\n' }, 'by hand', 'main');
    const comments = () => forge.pulls.comments(1).map(({ body }) => body);
    const shown = async () => [(await forge.pulls.find(1))?.state, await branches(), comments()];
    const ended = ['closed', ['main'], ['main says 6.1.5 already.']];
    const needless = (outcome: Outcome) => {
      assert.ok(outcome.type === 'nothing-to-change', outcome.type);
      assert.deepEqual([outcome.pullRequest?.state, outcome.pullRequest?.trouble], ['closed', undefined]);
    };

    it('is closed with the reason once its destination has settled on that, and its branch is gone', async () => {
      const pullRequest = await open();
      await byHand();
      assert.equal(seenIn(await follow(pullRequest)).state, 'open', 'nothing tells of it');
      needless(await followArrived(pullRequest));
      assert.deepEqual(await shown(), ended);
    });

    it('comes to the same whatever was done before a crash', async () => {
      const pullRequest = await open();
      await byHand();
      interfere = ({ method }) => (method === 'PATCH' ? 'drop' : undefined);
      await failed(followArrived(pullRequest));
      assert.deepEqual(comments(), ['main says 6.1.5 already.']);
      interfere = undefined;
      for (const time of ['commented', 'closed', 'cleaned up']) {
        if (time === 'closed') await repository.git(['branch', promotion.text.branch, pullRequest.head ?? '']);
        needless(await followArrived(pullRequest));
        assert.deepEqual(await shown(), ended, time);
      }
    });

    it("is kept, and says so, where a person's commit is on its branch", async () => {
      const pullRequest = await open();
      const { branch } = promotion.text;
      const head = await repository.commit({ 'fix.yaml': 'a: 1\n' }, 'a fix', branch);
      await byHand();
      const { state, trouble } = seenIn(await followArrived(pullRequest));
      assert.deepEqual(
        [state, trouble],
        [
          'open',
          `main says 6.1.5 already, and a commit on ${branch} is not ours, so that pull request 1 is kept: merge or close it`,
        ],
      );
      assert.deepEqual([await shown(), (await repository.branches())[branch]], [['open', ['main', branch], []], head]);
    });

    it('stays as it is while the base says something else, whatever its destination runs', async () => {
      const pullRequest = await open();
      await byHand('6.1.4');
      assert.deepEqual(seenIn(await followArrived(pullRequest)), pullRequest);
      assert.deepEqual((await repository.branches())[promotion.text.branch], pullRequest.head);
    });

    it('is merged, and not closed, where it was merged since it was last listed', async () => {
      const pullRequest = await open();
      await follow(pullRequest);
      await forge.pulls.merge(1, { method: 'squash' });
      const seen = await sinks.follow({ type: 'follow-pull-request', promotion, pullRequest, arrived: true });
      assert.equal(seenIn(seen).state, 'merged');
      assert.deepEqual(await shown(), ['closed', ['main'], []]);
      assert.ok((await forge.pulls.find(1))?.mergedAt);
    });

    it('is followed also where its base cannot be read, and says so', async () => {
      const pullRequest = await open();
      secret = { ...secret, password: 'wrong' };
      const { state, trouble = '' } = seenIn(await followArrived(pullRequest));
      assert.equal(state, 'open');
      assert.match(trouble, /^whether main says 6\.1\.5 already is not known: /);
    });

    it('is merged by that also where a person has closed it', async () => {
      const pullRequest = await open();
      await byHand();
      await forge.pulls.edit(1, { state: 'closed' });
      needless(await follow(pullRequest));
      assert.deepEqual(await shown(), ['closed', ['main'], []]);
    });
  });

  it('is not begun by a token that may not write, nor into a base that is not there', async () => {
    secret = { username: 'robot', password: 'the-token', token: 'reader' };
    assert.equal((await failed(open())).reason, 'Forbidden');
    secret = { username: 'robot', password: 'the-token', token: 'the-token' };
    assert.equal((await failed(open(asking({ baseBranch: 'trunk' })))).reason, 'BaseBranchNotFound');
    assert.deepEqual(await branches(), ['main']);
  });

  it('is not told as refused while the repository is still looked at, so that nothing goes on in a slot that is given back', async () => {
    const order: string[] = [];
    const slow = createPullRequests({
      ...{ readSecret: () => Promise.resolve({ ...secret, token: 'reader' }), clock: { now: () => now } },
      cacheDir: join(dir, 'cache'),
      run: async () => {
        await eventually(() => assert.ok(forge.requests.some((asked) => asked.includes('head='))));
        // By far longer than the refusal takes to be told.
        for (let round = 0; round < 10; round += 1) await forgeAnswers();
        order.push('looked');
        throw new Error('the look failed');
      },
    });
    const forgeAnswers = () => fetch(forge.url).then((answer) => answer.text());
    const refusal = await failed(slow.open({ type: 'open-pull-request', promotion }));
    order.push('told');
    assert.deepEqual([refusal.reason, order], ['Forbidden', ['looked', 'told']]);
  });

  it('is followed over a redirect when its repository moves, and what is to be written is told with the new address', async () => {
    const pullRequest = await open();
    const old = forge.url.replace('/org/config', '/old/name');
    const at = asking({ url: old });
    interfere = ({ method, path, query }) =>
      path.includes('/old/name')
        ? {
            status: method === 'GET' ? 301 : 307,
            headers: { location: path.replace('/old/name', '/org/config') + query },
            body: { message: 'Moved Permanently' },
          }
        : undefined;
    assert.deepEqual(seenIn(await follow(pullRequest, at)), pullRequest);
    const check = { state: 'success', reason: 'EvidenceHolds', description: 'staging is healthy' } as const;
    const { head = '' } = pullRequest;
    const told = await failed(sinks.setCheck({ type: 'set-check', promotion: at, head, check }));
    assert.deepEqual([told.remedy, told.reason], ['give-up', 'RepositoryMoved']);
    assert.match(told.message, /redirects to .*\/org\/config\/statuses\/.*write the repository's new address/);
    const newer = { ...aPromotion(old, 'github', '6.1.6'), supersedes: [] };
    assert.deepEqual((await failed(open(newer))).reason, 'RepositoryMoved');
    assert.deepEqual(await branches(), ['main', promotion.text.branch]);
  });

  it('goes with its base when that is renamed, once the strategy says so', async () => {
    const pullRequest = await open();
    await repository.git(['branch', '-m', 'main', 'trunk']);
    await forge.pulls.edit(1, { base: 'trunk' });
    const { remedy, reason, message } = await failed(follow(pullRequest));
    assert.deepEqual([remedy, reason], ['wait', 'BaseBranchNotFound']);
    assert.match(message, /has no branch main: .*correct the strategy's baseBranch/);
    assert.deepEqual(seenIn(await follow(pullRequest, asking({ baseBranch: 'trunk' }))), pullRequest);
  });

  it('is made by a GitHub App, whose tokens are used for git too', async () => {
    secret = appSecret;
    assert.equal((await open()).state, 'open');
    assert.equal(forge.requests.filter((request) => request.endsWith('/access_tokens')).length, 1);
    secret = { ...appSecret, githubAppInstallationID: ' ' };
    const { remedy, message } = await failed(open());
    assert.equal(remedy, 'wait');
    assert.match(message, /Secret apps\/forge is for a GitHub App, but holds no githubAppInstallationID: add it/);
  });

  for (const [url, told] of [
    [
      'git@github.com:org/config.git',
      /over HTTPS only: write https:\/\/github\.com\/org\/config\.git as the strategy's url/,
    ],
    ['ssh://git@git.example:2222/org/config', /over HTTPS only: write https:\/\/git\.example\/org\/config as the/],
    ['https://robot:word@git.example/org/config', /holds credentials: write https:\/\/git\.example\/org\/config, and/],
  ] as const)
    it(`is not begun at ${url}: it says what to write instead, before it looks for a Secret`, async () => {
      secret = {};
      const { remedy, reason, message } = await failed(open(asking({ url })));
      assert.deepEqual([remedy, reason], ['give-up', 'InvalidRepositoryUrl']);
      assert.match(message, told);
      assert.doesNotMatch(message, /robot|word@/);
    });

  it('sends no credentials in clear to another machine', async () => {
    const { remedy, reason } = await failed(open(asking({ url: 'http://git.example/org/config' })));
    assert.deepEqual([remedy, reason], ['give-up', 'InsecureUrl']);
  });
});
