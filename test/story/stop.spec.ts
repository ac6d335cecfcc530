import assert from 'node:assert/strict';
import { join } from 'node:path';
import { eventually } from '../support/eventually.ts';
import { podinfoPipeline, releaseAt } from '../support/podinfo.ts';
import { startController, type Controller } from '../support/start-controller.ts';
import { leaseHolder, startSurroundings, type Surroundings } from './support/start-surroundings.ts';
import { startTollgate, type Passage, type Tollgate } from './support/start-tollgate.ts';
import { requestOf } from './support/request-of.ts';

describe('a controller that is asked to stop', () => {
  let surroundings: Surroundings;
  let gate: Tollgate;
  let controller: Controller;
  /** Whether the forge keeps a new pull request's answer back, until `answer`. */
  let slow = false;
  let waiting: (() => void) | undefined;

  const toll = async (passage: Passage): Promise<'passes'> => {
    if (slow && passage.moment === 'after' && requestOf(passage) === 'open')
      await new Promise<void>((resolve) => (waiting = resolve));
    return 'passes';
  };
  const asked = [
    '--pull-request-interval=200ms',
    '--git-author=Robot <robot@org.example>',
    '--git-committer=CI <ci@org.example>',
  ];
  const start = async (...flags: string[]) => {
    const { directory } = surroundings;
    const places = [`--kubeconfig=${join(directory, 'kubeconfig')}`, `--cache-dir=${join(directory, 'cache')}`];
    controller = await startController([...places, ...asked, ...flags]);
  };
  const promotion = async () => (await surroundings.pipeline()).status?.environments?.['prod']?.promotion;
  const release = async (version: string) => {
    await surroundings.repository.commit(releaseAt('dev', version), `feat(dev): ${version}`);
    await eventually(() => assert.ok(waiting));
  };
  const stopWithin = async (limit: number): Promise<number | null> => {
    const asked = Date.now();
    const code = await controller.stop();
    assert.ok(Date.now() - asked < limit, `took ${Date.now() - asked} ms:\n${controller.output()}`);
    return code;
  };

  before(async () => {
    surroundings = await startSurroundings();
    gate = await startTollgate(surroundings.forge, toll);
    await surroundings.apply(podinfoPipeline({ type: 'github', url: gate.url }));
  });
  beforeEach(() => {
    slow = true;
    waiting = undefined;
  });
  after(async () => {
    await controller.kill();
    waiting?.();
    await gate.close();
    await surroundings.close();
  });

  it('is ready while it runs, and lets go of its Lease at the end', async () => {
    await start();
    await eventually(async () => assert.equal((await fetch(`${controller.urls.health}/readyz`)).status, 200));
    await eventually(async () => assert.notEqual(await leaseHolder(surroundings), ''));
    assert.equal(await stopWithin(3000), 0);
    assert.equal(await leaseHolder(surroundings), '');
  });

  it('ends what is under way, and says so in the status', async () => {
    await start();
    await release('6.1.5');
    const stopped = stopWithin(5000);
    await eventually(() => assert.ok(controller.lines.some(({ msg }) => msg === 'stopping')));
    waiting?.();
    assert.equal(await stopped, 0);
    const { state, pullRequest } = (await promotion()) ?? {};
    assert.equal(state, 'Open');
    const signed = ['show', '-s', '--format=%an <%ae>, %cn <%ce>', pullRequest?.head ?? ''];
    const signature = (await surroundings.repository.git(signed)).trim();
    assert.equal(signature, 'Robot <robot@org.example>, CI <ci@org.example>', 'as the flags say');
    assert.equal(await leaseHolder(surroundings), '');
  });

  it('waits no longer than it was told to, and the next start goes on', async () => {
    await start('--graceful-shutdown-timeout=500ms');
    await release('6.1.6');
    assert.equal(await stopWithin(3000), 1);
    assert.ok(controller.lines.some(({ reason }) => reason === 'ShutdownTimeout'));
    assert.equal(await leaseHolder(surroundings), '');
    assert.equal((await promotion())?.state, 'Opening');
    slow = false;
    await start();
    await eventually(async () => {
      const { revision, state } = (await promotion()) ?? {};
      assert.deepEqual([revision, state], ['6.1.6', 'Open']);
    });
    assert.equal((await surroundings.forge.pulls.all()).length, 2);
  });
});
