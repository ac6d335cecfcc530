import assert from 'node:assert/strict';
import { releasePath } from '../../support/podinfo.ts';
import type { PullRequest } from '../../../src/sandbox/forge/describe-pull-request.ts';
import type { Surroundings } from './start-surroundings.ts';
import { beginning, branchOf, type Attempt, type Story } from './stories.ts';

const assertOneLine = async (
  { repository }: Surroundings,
  head: string,
  { revision, movedTo = beginning }: Attempt,
) => {
  assert.deepEqual((await repository.log(`${head}^..${head}`)).length, 1);
  await repository.git(['merge-base', '--is-ancestor', `${head}^`, 'main']);
  const diff = await repository.git(['diff', '-U0', `${head}^`, head]);
  const line = (version: string) => `      version: ${version} # {"$promotion": "podinfo:podinfo:prod"}`;
  const path = releasePath('prod');
  assert.deepEqual(
    diff.split('\n').filter((each) => /^[-+]/.test(each)),
    [`--- a/${path}`, `+++ b/${path}`, `-${line(movedTo)}`, `+${line(revision)}`],
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
    story.map((attempt) => [branchOf(attempt), attempt.ends === 'Succeeded' ? 'merged' : 'closed']),
  );
  for (const [index, attempt] of story.entries()) {
    const [pull, successor] = pulls.slice(index);
    assert.equal(pull!.base, 'main');
    const supersedes = () => `Superseded by ${story[index + 1]!.revision}: ${forge.url}/pull/${successor!.number}`;
    const expected = attempt.ends === 'Superseded' ? [supersedes()] : [];
    assertComments(surroundings, pull!, expected, lateAtMost('comments', 'comment'));
    await assertOneLine(surroundings, pull!.headSha, attempt);
  }
  assert.deepEqual(Object.keys(await repository.branches()), ['main'], 'branches that were left behind');
};

const assertStatus = async (surroundings: Surroundings, story: Story) => {
  const { forge, leaves } = surroundings;
  const last = story.at(-1)!;
  const { status } = await surroundings.pipeline();
  const { revision, promotion, history = [] } = status?.environments?.['prod'] ?? {};
  const { pullRequest, startedAt, lastAttemptedTime, finishedAt, took, firstSettledAt, ...recorded } = promotion ?? {};
  assert.deepEqual([revision, await leaves.prod.runs()], [last.revision, last.revision]);
  assert.ok([startedAt, finishedAt, took, firstSettledAt].every((each) => each !== undefined));
  assert.ok(lastAttemptedTime === undefined || lastAttemptedTime >= startedAt!);
  const { retry } = last;
  const asked = retry === undefined ? {} : { retry };
  assert.deepEqual(recorded, { revision: last.revision, ...asked, from: 'dev', state: 'Succeeded' });
  const number = story.length;
  assert.ok(pullRequest);
  const { url, branch, state } = pullRequest;
  assert.deepEqual(
    [url, pullRequest.number, branch, state],
    [`${forge.url}/pull/${number}`, number, branchOf(last), 'merged'],
  );
  assert.deepEqual(
    history.map((entry) => [entry.revision, entry.retry, entry.state]),
    story.map((attempt) => [attempt.revision, attempt.retry, attempt.ends]).reverse(),
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
  const { annotations = {} } = (await surroundings.pipeline()).metadata;
  assert.deepEqual(
    Object.keys(annotations).filter((each) => each.startsWith('pipelines.weave.works/')),
    [],
    'what was asked for is asked for still',
  );
  assert.deepEqual(surroundings.forge.mistakes, []);
};
