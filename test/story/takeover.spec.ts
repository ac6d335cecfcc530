import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '../support/eventually.ts';
import { podinfoPipeline, releaseAt } from '../support/podinfo.ts';
import { startController, type Controller } from '../support/start-controller.ts';
import { runInProcess, type InProcess } from './support/run-in-process.ts';
import { leaseHolder, startSurroundings, type Surroundings } from './support/start-surroundings.ts';
import { startTollgate, type Passage, type Tollgate } from './support/start-tollgate.ts';
import { requestOf } from './support/request-of.ts';

describe('two controllers', () => {
  let surroundings: Surroundings;
  let forgeGate: Tollgate;
  let leader: Controller;
  let follower: InProcess;
  let killed: Promise<void> | undefined;

  /** The leader dies when it has opened the pull request and does not know it yet. */
  const toll = (passage: Passage): Promise<'passes' | 'lost'> => {
    if (killed || passage.moment === 'before' || requestOf(passage) !== 'open') return Promise.resolve('passes');
    killed = leader.kill();
    return Promise.resolve('lost');
  };
  const environment = async () => (await surroundings.pipeline()).status?.environments?.['prod'];

  before(async () => {
    surroundings = await startSurroundings();
    const { directory, management, forge } = surroundings;
    forgeGate = await startTollgate(forge, toll);
    const kubeconfig = join(directory, 'kubeconfig');
    await writeFile(kubeconfig, management.kubeconfig());
    leader = await startController([`--kubeconfig=${kubeconfig}`, `--cache-dir=${join(directory, 'leader')}`]);
    await eventually(() => assert.ok(leader.lines.some(({ msg }) => msg === 'leading')));
    follower = runInProcess(surroundings, ['--pull-request-interval=200ms']);
    await surroundings.apply(podinfoPipeline({ type: 'github', url: forgeGate.url }));
    await eventually(async () => assert.equal((await environment())?.revision, '6.1.4'));
  });
  after(async () => {
    await leader.kill();
    await follower.stop();
    await forgeGate.close();
    await surroundings.close();
  });

  it('has a follower that does nothing', async () => {
    await eventually(() => assert.ok(follower.lines().some(({ msg }) => msg === 'not leading')));
    assert.equal(
      follower.lines().some(({ msg }) => msg === 'leading'),
      false,
    );
  });

  it('takes over from a leader that is killed, and does nothing twice', async () => {
    const { repository, forge } = surroundings;
    const held = await leaseHolder(surroundings);
    await repository.commit(releaseAt('dev', '6.1.5'), 'feat(dev): 6.1.5');
    await eventually(() => assert.ok(killed));
    await killed;
    // The Lease's time counts from when the follower saw the last renewal: that may be later than the death.
    await eventually(() => {
      const leads = follower.lines().some(({ msg }) => msg === 'leading');
      if (!leads) follower.advance(1_000);
      assert.ok(leads);
    });
    await eventually(async () => assert.equal((await environment())?.promotion?.state, 'Open'));
    assert.notEqual(await leaseHolder(surroundings), held);
    await forge.pulls.merge(1);
    await eventually(async () => assert.equal((await environment())?.promotion?.state, 'Succeeded'));
    assert.deepEqual(
      (await forge.pulls.all()).map(({ head }) => head),
      ['promotions/podinfo/podinfo/prod/6.1.5'],
    );
    assert.equal(forge.requests.filter((request) => /^POST .*\/pulls$/.test(request)).length, 1);
  });
});
