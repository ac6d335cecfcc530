import assert from 'node:assert/strict';
import { eventually } from '../../support/eventually.ts';
import { podinfoPipeline, releaseAt, releasePath } from '../../support/podinfo.ts';
import type { PullRequest } from '../../../src/sandbox/forge/describe-pull-request.ts';
import type { Surroundings } from './start-surroundings.ts';

/** A story is told by its revisions: each becomes due while the pull request of the one before is open; the last one is merged, and succeeds. */
export type Story = readonly string[];

/** What both environments run when a story begins. */
const beginning = '6.1.4';
/** Milliseconds; longer where many stories are told, which a machine may be slow at. */
const patience = { timeout: process.env['LEAFWATCH_CRASHES'] === undefined ? 60_000 : 300_000 };

const branchOf = (revision: string) => `promotions/podinfo/podinfo/prod/${revision}`;

const prodOf = async (surroundings: Surroundings) => (await surroundings.pipeline()).status?.environments?.['prod'];

const reaches = (surroundings: Surroundings, revision: string, state: string) =>
  eventually(async () => {
    const { promotion } = (await prodOf(surroundings)) ?? {};
    assert.deepEqual([promotion?.revision, promotion?.state], [revision, state]);
  }, patience);

/** Asks for a look at the Pipeline as a person does, and waits until it was taken. */
const looksAgain = async ({ client, pipeline }: Surroundings, at: string) => {
  const path = '/apis/pipelines.weave.works/v1alpha1/namespaces/podinfo/pipelines/podinfo';
  await client.patch(path, { metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': at } } }, 'test');
  await eventually(async () => assert.equal((await pipeline()).status?.lastHandledReconcileAt, at), patience);
};

/** Plays everybody but the controller, which runs already: each revision is released to dev; the last one's pull request is merged by a person. */
export const tellStory = async (surroundings: Surroundings, story: Story, forgeUrl: string): Promise<void> => {
  const { repository, forge } = surroundings;
  await surroundings.apply(podinfoPipeline({ type: 'github', url: forgeUrl }));
  await eventually(async () => assert.equal((await prodOf(surroundings))?.revision, beginning), patience);
  for (const revision of story) {
    await repository.commit(releaseAt('dev', revision), `feat(dev): ${revision}`);
    await reaches(surroundings, revision, 'Open');
  }
  const last = story.at(-1)!;
  const pull = (await forge.pulls.all()).find(({ head, state }) => head === branchOf(last) && state === 'open');
  assert.ok(pull, `no open pull request of ${last}`);
  await forge.pulls.merge(pull.number);
  await reaches(surroundings, last, 'Succeeded');
  await looksAgain(surroundings, 'the end');
};

const assertOneLine = async ({ repository }: Surroundings, head: string, revision: string) => {
  assert.deepEqual((await repository.log(`${head}^..${head}`)).length, 1);
  await repository.git(['merge-base', '--is-ancestor', `${head}^`, 'main']);
  const diff = await repository.git(['diff', '-U0', `${head}^`, head]);
  const line = (version: string) => `      version: ${version} # {"$promotion": "podinfo:podinfo:prod"}`;
  const path = releasePath('prod');
  assert.deepEqual(
    diff.split('\n').filter((each) => /^[-+]/.test(each)),
    [`--- a/${path}`, `+++ b/${path}`, `-${line(beginning)}`, `+${line(revision)}`],
  );
};

const commentsOf = ({ forge }: Surroundings, { number }: PullRequest) =>
  forge.pulls.comments(number).map(({ body }) => body);

/** Nobody can take a request back that is on its way: what it opened after all was closed again, with the reason. */
const assertClosedAgain = (surroundings: Surroundings, late: readonly PullRequest[]) => {
  for (const pull of late) {
    assert.deepEqual([pull.state, pull.mergedAt], ['closed', null], `pull request ${pull.number} of ${pull.head}`);
    const [comment = '', ...others] = commentsOf(surroundings, pull);
    assert.match(comment, /^Opened too late: /);
    assert.deepEqual(others, []);
  }
};

/** The comments of a pull request: the same one again at most so many times. */
const assertComments = (surroundings: Surroundings, pull: PullRequest, expected: readonly string[], late: number) => {
  const comments = commentsOf(surroundings, pull);
  assert.deepEqual([...new Set(comments)], expected);
  assert.ok(comments.length <= expected.length + late, `${comments.length} comments on ${pull.head}`);
};

const assertPullRequests = async (surroundings: Surroundings, story: Story, waited: readonly string[]) => {
  const lateAtMost = (question: string, request: string) =>
    waited.filter((each) => each.startsWith(`after ${question} `) || each.startsWith(`before ${request} `)).length;
  const { forge, repository } = surroundings;
  const all = await forge.pulls.all();
  const pulls = all.filter(({ head }, index) => all.findIndex((other) => other.head === head) === index);
  const late = all.filter((pull) => !pulls.includes(pull));
  assertClosedAgain(surroundings, late);
  assert.ok(late.length <= lateAtMost('find', 'open'), `opened twice: ${late.map(({ head }) => head).join(', ')}`);
  assert.deepEqual(
    pulls.map(({ head, state, mergedAt }) => [head, mergedAt === null ? state : 'merged']),
    story.map((revision, index) => [branchOf(revision), index === story.length - 1 ? 'merged' : 'closed']),
  );
  for (const [index, pull] of pulls.entries()) {
    const successor = pulls[index + 1];
    const url = successor && `${forge.url}/pull/${successor.number}`;
    assert.equal(pull.base, 'main');
    const expected = successor ? [`Superseded by ${story[index + 1]!}: ${url!}`] : [];
    assertComments(surroundings, pull, expected, lateAtMost('comments', 'comment'));
    await assertOneLine(surroundings, pull.headSha, story[index]!);
  }
  assert.deepEqual(Object.keys(await repository.branches()), ['main'], 'branches that were left behind');
};

const assertStatus = async (surroundings: Surroundings, story: Story) => {
  const { forge, leaves } = surroundings;
  const last = story.at(-1)!;
  const { status } = await surroundings.pipeline();
  const { revision, promotion, history = [] } = status?.environments?.['prod'] ?? {};
  const { pullRequest, startedAt, lastAttemptedTime, finishedAt, took, firstSettledAt, ...recorded } = promotion ?? {};
  assert.deepEqual([revision, await leaves.prod.runs()], [last, last]);
  assert.ok([startedAt, finishedAt, took, firstSettledAt].every((each) => each !== undefined));
  assert.ok(lastAttemptedTime === undefined || lastAttemptedTime >= startedAt!);
  assert.deepEqual(recorded, { revision: last, from: 'dev', state: 'Succeeded' });
  const number = story.length;
  assert.ok(pullRequest);
  const { url, branch, state } = pullRequest;
  assert.deepEqual(
    [url, pullRequest.number, branch, state],
    [`${forge.url}/pull/${number}`, number, branchOf(last), 'merged'],
  );
  assert.deepEqual(
    history.map((entry) => [entry.revision, entry.state]),
    story.map((each) => [each, each === last ? 'Succeeded' : 'Superseded']).reverse(),
  );
  const conditions = (status?.conditions ?? []).map(({ type, status }) => `${type}=${status}`);
  assert.ok(conditions.includes('Ready=True'), conditions.join(', '));
};

/**
 * Says that a story has ended as it must, whatever happened to the controller: one pull request for each revision, and what it holds, and
 * the status. What `waited` between the question whether something is there and the request that makes it (`after find 6.1.5`, `before open
 * 6.1.5`) may have come too late: then it has done no more than is closed again, or said twice.
 */
export const assertEnd = async (
  surroundings: Surroundings,
  story: Story,
  waited: readonly string[] = [],
): Promise<void> => {
  await assertPullRequests(surroundings, story, waited);
  await assertStatus(surroundings, story);
  assert.deepEqual(surroundings.forge.mistakes, []);
};
