import assert from 'node:assert/strict';
import { eventually } from '../../support/eventually.ts';
import { podinfoPipeline, releaseAt } from '../../support/podinfo.ts';
import type { PullRequest } from '../../../src/sandbox/forge/describe-pull-request.ts';
import type { Surroundings } from './start-surroundings.ts';
import { beginning, branchOf, isCrossed, type Attempt, type Story } from './stories.ts';

/** Milliseconds; longer where many stories are told, which a machine may be slow at. */
const patience = { timeout: process.env['LEAFWATCH_CRASHES'] === undefined ? 60_000 : 300_000 };

const prodOf = async (surroundings: Surroundings) => (await surroundings.pipeline()).status?.environments?.['prod'];

const reaches = (surroundings: Surroundings, attempt: Attempt, state: string) =>
  eventually(async () => {
    const { promotion } = (await prodOf(surroundings)) ?? {};
    assert.deepEqual(
      [promotion?.revision, promotion?.retry, promotion?.state],
      [attempt.revision, attempt.retry, state],
    );
  }, patience);

const annotate = ({ client }: Surroundings, annotation: string, value: string) => {
  const path = '/apis/pipelines.weave.works/v1alpha1/namespaces/podinfo/pipelines/podinfo';
  return client.patch(path, { metadata: { annotations: { [annotation]: value } } }, 'test');
};

/** Asks for a look at the Pipeline as a person does, and waits until it was taken. */
const looksAgain = async (surroundings: Surroundings, at: string) => {
  await annotate(surroundings, 'reconcile.fluxcd.io/requestedAt', at);
  const { pipeline } = surroundings;
  await eventually(async () => assert.equal((await pipeline()).status?.lastHandledReconcileAt, at), patience);
};

const isOpened = async (surroundings: Surroundings, attempt: Attempt): Promise<PullRequest> => {
  await reaches(surroundings, attempt, 'Open');
  const all = await surroundings.forge.pulls.all();
  const pull = all.find(({ head, state }) => head === branchOf(attempt) && state === 'open');
  assert.ok(pull, `no open pull request of ${branchOf(attempt)}`);
  return pull;
};

/** Until its head has its commit status, so that nothing is left to be done but to look at it again and again. */
const isChecked = (surroundings: Surroundings, number: number, without?: string) =>
  eventually(async () => {
    const head = (await surroundings.forge.pulls.find(number))?.headSha;
    assert.notEqual(head, without, 'it is as it was');
    const { pullRequest } = (await prodOf(surroundings))?.promotion ?? {};
    assert.deepEqual([pullRequest?.head, pullRequest?.check?.head], [head, head]);
  }, patience);

/** Changes the marked line in the base, and waits until the pull request was made anew on that. */
const movesBase = async (surroundings: Surroundings, { number, headSha }: PullRequest, version: string) => {
  await surroundings.repository.commit(releaseAt('prod', version), `fix(prod): ${version} by hand`);
  await isChecked(surroundings, number, headSha);
};

/** Closes a pull request and deletes its branch, as a forge offers it in one place. */
const closes = async ({ forge, repository }: Surroundings, { number, head }: PullRequest) => {
  await forge.pulls.edit(number, { state: 'closed' });
  await repository.git(['branch', '-D', head]);
};

/**
 * Plays everybody but the controller, which runs already: each revision is released to dev, or asked for anew; the last one's pull request
 * is merged by a person. Just before a person crosses a promotion it calls `turn`.
 */
export const tellStory = async (
  surroundings: Surroundings,
  story: Story,
  forgeUrl: string,
  turn: () => void = () => undefined,
): Promise<void> => {
  const { repository, forge } = surroundings;
  await surroundings.apply(podinfoPipeline({ type: 'github', url: forgeUrl }));
  await eventually(async () => assert.equal((await prodOf(surroundings))?.revision, beginning), patience);
  for (const attempt of story) {
    const { revision, retry, movedTo, ends } = attempt;
    if (retry === undefined) await repository.commit(releaseAt('dev', revision), `feat(dev): ${revision}`);
    else await annotate(surroundings, 'pipelines.weave.works/retry.prod', revision);
    const pull = await isOpened(surroundings, attempt);
    if (isCrossed(attempt)) {
      await isChecked(surroundings, pull.number);
      turn();
    }
    if (movedTo !== undefined) await movesBase(surroundings, pull, movedTo);
    if (ends === 'Closed') await closes(surroundings, pull);
    if (ends === 'Succeeded') assert.ok('sha' in (await forge.pulls.merge(pull.number)), 'it cannot be merged');
    if (ends !== 'Superseded') await reaches(surroundings, attempt, ends);
  }
  await looksAgain(surroundings, 'the end');
};
