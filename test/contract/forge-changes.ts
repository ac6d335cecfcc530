import assert from 'node:assert/strict';
import type { Mark } from '../../src/forge/forge.ts';
import { eventually } from '../support/eventually.ts';
import { branch, forgeOf, opened } from './forge-bench.ts';
import type { RepositoryUnderContract } from './forge-contract.ts';

/** The one list by which all pull requests of a repository are followed. */
export const describeChanges = (bench: () => RepositoryUnderContract): void => {
  /** What is said of a pull request since a mark; undefined for nothing. */
  const since = async (mark: Mark | undefined, number: number) =>
    (await forgeOf(bench()).changes(mark)).pullRequests.find((pull) => pull.number === number);

  it('of a repository without pull requests are none, and go on from there', async () => {
    const { pullRequests, mark } = await forgeOf(bench()).changes();
    assert.deepEqual(pullRequests, []);
    const { pullRequest } = await opened(bench());
    assert.deepEqual(await since(mark, pullRequest.number), pullRequest);
  });

  it('hold what was merged, closed or committed to since, and the rest unchanged if at all', async () => {
    const [merged, closed, edited, left] = [
      await opened(bench(), `${branch}-merged`),
      await opened(bench(), `${branch}-closed`),
      await opened(bench(), `${branch}-edited`),
      await opened(bench(), `${branch}-left`),
    ].map(({ pullRequest }) => pullRequest);
    assert.ok(merged && closed && edited && left);
    const { pullRequests, mark } = await forgeOf(bench()).changes();
    assert.deepEqual(
      [...pullRequests].sort((one, other) => one.number - other.number),
      [merged, closed, edited, left],
    );
    await bench().merge(merged.number, 'squash');
    await bench().close(closed.number);
    const head = await bench().commit(edited.branch, 'by-hand.yaml', 'a: 1\n');
    await eventually(async () => {
      assert.equal((await since(mark, merged.number))?.state, 'merged');
      assert.equal((await since(mark, closed.number))?.state, 'closed');
      assert.deepEqual(await since(mark, edited.number), { ...edited, head });
    });
    assert.deepEqual((await since(mark, left.number)) ?? left, left);
  });

  it('tell of a branch that a person deleted', async () => {
    const { pullRequest } = await opened(bench());
    const { mark } = await forgeOf(bench()).changes();
    await bench().deleteBranch(branch);
    await eventually(async () => assert.equal((await since(mark, pullRequest.number))?.state, 'closed'));
  });
};
