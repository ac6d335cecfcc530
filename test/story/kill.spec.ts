import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '../support/eventually.ts';
import { podinfoPipeline, releaseAt } from '../support/podinfo.ts';
import { startController, type Controller } from '../support/start-controller.ts';
import { startSurroundings, type Surroundings } from './support/start-surroundings.ts';
import { startTollgate, throughGate, type Passage, type Tollgate } from './support/start-tollgate.ts';
import { writeOf } from './support/write-of.ts';

describe('a controller that is killed', function () {
  this.timeout(40_000);
  let surroundings: Surroundings;
  let gates: { readonly forge: Tollgate; readonly api: Tollgate };
  let controller: Promise<Controller>;
  let dying: Promise<void> | undefined;
  /** The moment at which a write kills the controller, if it is the first of its kind. */
  let deadly: Passage['moment'] | undefined;
  let deaths: string[];

  const start = () => {
    const { directory } = surroundings;
    controller = startController([
      ...[`--kubeconfig=${join(directory, 'through-the-gate')}`, `--cache-dir=${join(directory, 'cache')}`],
      ...['--pull-request-interval=200ms', '--enable-leader-election=false'],
    ]);
    return controller;
  };
  const dieAndRise = async () => {
    await (await controller).kill();
    await start();
    dying = undefined;
  };
  /** While it dies nothing else of it gets through: what it has not sent by then is never sent. */
  const toll = async (passage: Passage): Promise<'passes' | 'lost'> => {
    if (dying) return 'lost';
    const write = writeOf(passage);
    if (passage.moment !== deadly || deaths.includes(write)) return 'passes';
    deaths.push(write);
    dying = dieAndRise();
    return Promise.resolve('lost');
  };
  const promotion = async () => (await surroundings.pipeline()).status?.environments?.['prod']?.promotion;
  const reaches = (revision: string, state: string) =>
    eventually(
      async () => {
        const { revision: now, state: then } = (await promotion()) ?? {};
        assert.deepEqual([now, then], [revision, state]);
      },
      { timeout: 30_000 },
    );

  before(async () => {
    surroundings = await startSurroundings();
    const { management, forge, directory } = surroundings;
    gates = { forge: await startTollgate(forge, toll), api: await startTollgate(management, toll) };
    await writeFile(join(directory, 'through-the-gate'), throughGate(management, gates.api));
    await surroundings.apply(podinfoPipeline({ type: 'github', url: gates.forge.url }));
    await start();
    await eventually(async () =>
      assert.equal(
        (await surroundings.pipeline()).status?.environments?.['prod']?.revision,
        '6.1.4',
        (await controller).output(),
      ),
    );
  });
  beforeEach(() => {
    deaths = [];
  });
  after(async () => {
    deadly = undefined;
    await dying;
    await (await controller).kill();
    await Promise.all([gates.forge.close(), gates.api.close()]);
    await surroundings.close();
  });

  for (const [index, moment] of (['before', 'after'] as const).entries())
    it(`goes on after a kill ${moment} each of its writes, with one pull request`, async () => {
      const { repository, forge, leaves } = surroundings;
      const revision = `6.1.${5 + index}`;
      deadly = moment;
      await repository.commit(releaseAt('dev', revision), `feat(dev): ${revision}`);
      await reaches(revision, 'Open');
      await forge.pulls.merge(index + 1);
      await reaches(revision, 'Succeeded');
      for (const write of ['status Opening', 'push', 'open', 'status Open', 'event', 'status Succeeded'])
        await eventually(() => assert.ok(deaths.includes(write), `no ${write} among ${deaths.join(', ')}`));
      assert.equal(await leaves.prod.runs(), revision);
      const pulls = await forge.pulls.all();
      assert.deepEqual(
        pulls.map(({ head, mergedAt }) => [head, mergedAt !== null]),
        ['6.1.5', '6.1.6'].slice(0, index + 1).map((each) => [`promotions/podinfo/podinfo/prod/${each}`, true]),
      );
      assert.deepEqual(Object.keys(await repository.branches()), ['main', ...pulls.map(({ head }) => head)]);
      assert.deepEqual(await repository.log(`main^1..${pulls[index]?.head ?? ''}`).then((log) => log.length), 1);
      assert.deepEqual(forge.mistakes, []);
    });
});
