import assert from 'node:assert/strict';
import { eventually } from '../support/eventually.ts';
import { branch, forgeOf, opened, refusalOf } from './forge-bench.ts';
import type { RepositoryUnderContract } from './forge-contract.ts';

const context = 'leafwatch/prod';

/** Commit status, labels, reviewers and the merge by the forge itself. */
export const describeWishes = (bench: () => RepositoryUnderContract): void => {
  it('is a commit status that follows the evidence', async () => {
    const forge = forgeOf(bench());
    const { head } = await opened(bench());
    const description = `dev is not healthy: ${'x'.repeat(300)}`;
    for (const state of ['pending', 'success', 'failure'] as const) {
      await forge.setCheck(head, { context, state, description });
      assert.equal(await bench().statusOf(head, context), state);
    }
    assert.equal(await bench().statusOf(head, 'leafwatch/other'), undefined);
  });

  it('are labels, each once', async () => {
    const forge = forgeOf(bench());
    const { pullRequest } = await opened(bench());
    if (!forge.addLabels) return;
    await bench().createLabels(['promotion', 'prod & eu']);
    await forge.addLabels(pullRequest.number, ['promotion']);
    await forge.addLabels(pullRequest.number, ['promotion', 'prod & eu']);
    assert.deepEqual([...(await bench().labels(pullRequest.number))].sort(), ['prod & eu', 'promotion']);
  });

  it('are reviewers, and one who is not there is told', async () => {
    const { reviewer } = bench();
    const forge = forgeOf(bench());
    const { pullRequest } = await opened(bench());
    if (reviewer === undefined || !forge.requestReviews) return;
    await forge.requestReviews(pullRequest.number, [reviewer]);
    await forge.requestReviews(pullRequest.number, [reviewer]);
    assert.deepEqual(await bench().reviewers(pullRequest.number), [reviewer]);
    assert.match(await refusalOf(forge.requestReviews(pullRequest.number, ['nobody-at-all'])), /^give-up /);
  });

  for (const method of ['merge', 'squash', 'rebase'] as const)
    it(`is a ${method} by the forge, once what is required is there`, async () => {
      const forge = forgeOf(bench());
      const { autoMerge } = forge;
      if (!bench().autoMerges.includes(method) || !autoMerge) return;
      await bench().requireStatus(context);
      const { pullRequest, head } = await opened(bench());
      // A forge may have to find out first whether it can be merged at all, and does so anew when it likes.
      await eventually(() => autoMerge(pullRequest, method));
      await eventually(() => autoMerge(pullRequest, method));
      assert.equal((await forge.read(pullRequest.number)).state, 'open');
      await forge.setCheck(head, { context, state: 'success', description: 'all is well' });
      await eventually(async () => assert.equal((await forge.read(pullRequest.number)).state, 'merged'));
    });

  it('is a merge at once where nothing is required', async () => {
    const forge = forgeOf(bench());
    const [method] = bench().autoMerges;
    if (method === undefined || !forge.autoMerge) return;
    const { autoMerge } = forge;
    const { pullRequest } = await opened(bench());
    await eventually(() => autoMerge(pullRequest, method));
    await eventually(async () => assert.equal((await forge.find(branch, 'main'))?.state, 'merged'));
  });
};
