import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Outcome, Promotion } from '../../src/model/action.ts';
import { FailureError } from '../../src/model/failure.ts';
import type { PullRequestStatus } from '../../src/model/pipeline-status.ts';
import { startForge, type Forge, type ForgeOptions } from '../../src/sandbox/forge/start-forge.ts';
import { bareRepository, type BareRepository } from '../../src/sandbox/git/bare-repository.ts';
import { createPullRequests } from '../../src/sinks/pull-requests.ts';
import { aPromotion, markedManifest } from '../support/a-promotion.ts';

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
  const asking = (wishes: Partial<Promotion['strategy']>) => ({
    ...promotion,
    strategy: { ...promotion.strategy, ...wishes },
  });
  const branches = async () => Object.keys(await repository.branches());
  const failed = async (promise: Promise<unknown>) => {
    const error = await promise.then(
      () => assert.fail('it succeeded'),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof FailureError, String(error));
    return error.failure;
  };

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

  it('is rejected: closed with the reason, and its branch gone', async () => {
    await open();
    const outcome = await sinks.close({ type: 'close-pull-request', promotion, comment: 'Rejected: no' });
    assert.ok(outcome.type === 'promotion-closed');
    assert.equal(outcome.pullRequest?.state, 'closed');
    assert.deepEqual(await branches(), ['main']);
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
    const { unmet, trouble, head = '' } = await open(wishes);
    assert.deepEqual([unmet, trouble], [undefined, undefined]);
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
    assert.deepEqual(pullRequest.unmet, ['labels', 'reviewers']);
    assert.match(pullRequest.trouble ?? '', /GitHub asks nobody to review pull request 1/);
    interfere = undefined;
    const followed = seenIn(await follow(pullRequest, asking({ labels: ['promotion'], reviewers: ['ann'] })));
    assert.deepEqual([followed.unmet, followed.trouble], [undefined, undefined]);
    const { labels, reviewers } = (await forge.pulls.find(1))!;
    assert.deepEqual([labels, reviewers, (await forge.pulls.all()).length], [['promotion'], ['ann'], 1]);
  });

  it('is not begun by a token that may not write, nor into a base that is not there', async () => {
    secret = { username: 'robot', password: 'the-token', token: 'reader' };
    assert.equal((await failed(open())).reason, 'Forbidden');
    secret = { username: 'robot', password: 'the-token', token: 'the-token' };
    assert.equal((await failed(open(asking({ baseBranch: 'trunk' })))).reason, 'BaseBranchNotFound');
    assert.deepEqual(await branches(), ['main']);
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

  it('sends no credentials in clear to another machine', async () => {
    const { remedy, reason } = await failed(open(asking({ url: 'http://git.example/org/config' })));
    assert.deepEqual([remedy, reason], ['give-up', 'InsecureUrl']);
  });
});
