import assert from 'node:assert/strict';
import type { Action, Outcome } from '../src/model/action.ts';
import type { PromotionRecord } from '../src/model/pipeline-status.ts';
import { createWorld } from '../src/model/world.ts';
import { createReconcile } from '../src/reconcile.ts';
import { aFailure, aPipeline, runs, start } from './support/builders.ts';
import { retryDelays } from './support/given.ts';
import { anOutside, type Outside } from './support/outside.ts';

const key = 'apps/podinfo';
const due = [runs('dev', '6.1.5'), runs('prod', '6.1.4')];

/** A controller that looks when it is told to, at a time that stands still. */
const aLook = (outside: Outside = anOutside(aPipeline())) => {
  const world = createWorld();
  for (const fact of [...outside.facts(), ...due]) world.learn(fact);
  const state = { leading: true, now: start };
  const reconcile = createReconcile({
    world,
    perform: outside.perform,
    leading: () => state.leading,
    clock: { now: () => state.now, random: () => 0 },
    retryDelays,
    pullRequestInterval: 60_000,
  });
  const acted = (): readonly string[] => outside.done.filter((words) => !words.startsWith('announce'));
  return { outside, world, state, acted, look: () => reconcile(key) };
};
const record = ({ stored }: Outside) => stored().status.environments?.['prod']?.promotion;
const failure = (action: Action, parts: Parameters<typeof aFailure>[0] = {}): Outcome => ({
  type: 'failed',
  action,
  failure: aFailure(parts),
});

describe('reconcile', () => {
  it('writes before it acts, and what became of it after', async () => {
    const { look, acted, outside } = aLook();
    const { finished, wakeAt, judgements } = await look();
    assert.deepEqual(acted(), ['write status of apps/podinfo', 'open 6.1.5 in prod', 'write status of apps/podinfo']);
    assert.deepEqual([record(outside)?.state, record(outside)?.pullRequest?.number], ['Open', 1]);
    assert.deepEqual([finished, wakeAt], [true, start + 60_000]);
    assert.deepEqual(
      judgements.map(({ reason }) => reason),
      ['FirstEnvironment', 'PullRequestOpen'],
    );
  });

  it('writes and does nothing when all is as it was', async () => {
    const { look, outside } = aLook();
    await look();
    const before = outside.done.length;
    await look();
    assert.equal(outside.done.length, before);
  });

  it('announces each change of state once', async () => {
    const { look, outside } = aLook();
    await look();
    await look();
    assert.deepEqual(
      outside.done.filter((words) => words.startsWith('announce')),
      ['announce ReconciliationSucceeded', 'announce PromotionOpening', 'announce PromotionOpen'],
    );
  });

  it('does not act on a status that it could not write', async () => {
    const { look, acted, outside } = aLook();
    outside.interrupt = (_moment, action) => (action.type === 'write-status' ? failure(action) : undefined);
    const { finished } = await look();
    assert.deepEqual(acted(), ['write status of apps/podinfo']);
    assert.deepEqual([outside.opened, finished], [[], false]);
  });

  it('tells of a deployment once its status is written, with an Event, and never again', async () => {
    const { look, outside, world } = aLook();
    await look();
    world.learn(runs('dev', '6.1.6'));
    outside.interrupt = (_moment, action) => (action.type === 'write-status' ? failure(action) : undefined);
    assert.deepEqual((await look()).deployments, []);
    outside.interrupt = () => undefined;
    const { deployments, changes } = await look();
    assert.deepEqual(
      deployments.map(({ status, version, previous }) => [status, version, previous]),
      [['succeeded', '6.1.6', '6.1.5']],
    );
    assert.deepEqual(
      changes.map(({ environment, result }) => [environment, result]),
      [['dev', 'succeeded']],
    );
    const again = await look();
    assert.deepEqual([again.deployments, again.changes], [[], []]);
    assert.equal(outside.done.filter((words) => words === 'announce DeploymentSucceeded').length, 1);
  });

  it('adopts at once what it opened when the status after it could not be written', async () => {
    const { look, outside } = aLook();
    let writes = 0;
    outside.interrupt = (_moment, action) =>
      action.type === 'write-status' && ++writes === 3 ? failure(action) : undefined;
    assert.equal((await look()).finished, false);
    assert.equal(record(outside)?.state, 'Opening');
    await look();
    assert.deepEqual([record(outside)?.state, outside.opened.length], ['Open', 1]);
  });

  it('decides anew on what somebody else has written meanwhile', async () => {
    const { look, acted, outside } = aLook();
    outside.change((pipeline) => ({ ...pipeline, spec: { ...pipeline.spec, suspend: true } }));
    const { judgements } = await look();
    assert.deepEqual(acted(), ['write status of apps/podinfo', 'write status of apps/podinfo']);
    assert.equal(judgements[1]?.reason, 'Suspended');
    assert.deepEqual(outside.opened, []);
  });

  it('puts what became of its action into the newest status when somebody was faster', async () => {
    const { look, outside } = aLook();
    outside.interrupt = (moment, action) => {
      if (moment === 'after' && action.type === 'open-pull-request')
        outside.change((pipeline) => ({ ...pipeline, spec: { ...pipeline.spec, suspend: true } }));
      return undefined;
    };
    await look();
    assert.equal(record(outside)?.state, 'Open');
    assert.equal(outside.stored().spec.suspend, true);
  });

  const gone = { revision: '6.1.6', from: 'dev', state: 'Open', startedAt: '2026-03-02T10:00:00Z' } as const;
  const history = [{ ...gone, revision: '6.1.5', state: 'Superseded', finishedAt: gone.startedAt }] as const;
  const overtaken = async (promotion: PromotionRecord) => {
    const { look, outside } = aLook();
    outside.interrupt = (moment, action) => {
      if (moment === 'before' && action.type === 'open-pull-request' && action.promotion.revision === '6.1.5')
        outside.change((pipeline) => ({
          ...pipeline,
          status: { environments: { prod: { promotion, history: [...history] } } },
        }));
      return undefined;
    };
    await look();
    return outside;
  };
  it('closes what it opened when another controller has gone on to another revision meanwhile', async () => {
    const { closed } = await overtaken(gone);
    assert.deepEqual(closed, ['promotions/apps/podinfo/prod/6.1.5']);
  });

  it('closes what it opened when another controller has come to the end with another pull request meanwhile', async () => {
    const pullRequest = { url: 'https://forge.example/9', number: 9, branch: '', state: 'merged' } as const;
    const outside = await overtaken({ ...gone, revision: '6.1.5', state: 'Merged', pullRequest });
    assert.deepEqual(outside.closed, ['promotions/apps/podinfo/prod/6.1.5']);
    assert.deepEqual([record(outside)?.state, record(outside)?.pullRequest?.number], ['Merged', 9]);
  });

  it('tells of what it opened for an object that is gone before its status knows of it, also where it leads no more', async () => {
    const { look, outside, state, world } = aLook();
    outside.interrupt = (moment, action) => {
      if (moment === 'after' && action.type === 'open-pull-request')
        world.learn({ type: 'pipeline-gone', pipeline: key });
      if (moment === 'after' && action.type === 'open-pull-request') state.leading = false;
      return undefined;
    };
    const reasons = (await look()).outcomes.flatMap((outcome) =>
      outcome.type === 'failed' ? [outcome.failure.reason] : [],
    );
    assert.deepEqual([reasons, (await look()).outcomes], [['PipelineDeleted'], []]);
  });

  it('gives up its turn, unfinished, when others change the Pipeline again and again', async () => {
    const { look, acted, outside } = aLook();
    outside.interrupt = (moment, action) => {
      if (moment === 'before' && action.type === 'write-status') outside.change((pipeline) => pipeline);
      return undefined;
    };
    const { finished } = await look();
    assert.equal(finished, false);
    assert.deepEqual(
      acted(),
      Array.from({ length: 5 }, () => 'write status of apps/podinfo'),
    );
  });

  it('leaves an object alone that was deleted and created anew meanwhile', async () => {
    const { look, outside, world } = aLook();
    outside.interrupt = (moment, action) => {
      if (moment === 'before' && action.type === 'open-pull-request' && outside.stored().metadata.uid === 'uid-1')
        outside.change(({ metadata, ...pipeline }) => ({
          ...pipeline,
          status: {},
          metadata: { ...metadata, uid: 'uid-2' },
        }));
      return undefined;
    };
    await look();
    assert.equal(world.pipeline(key)?.metadata.uid, 'uid-2');
    assert.deepEqual([outside.opened.length, record(outside)?.state], [1, 'Open']);
  });

  it('forgets an object that is gone', async () => {
    const { look, outside, world } = aLook();
    outside.interrupt = (_moment, action) =>
      action.type === 'write-status' ? { type: 'status-conflict', pipeline: undefined } : undefined;
    const { outcomes, wakeAt } = await look();
    assert.equal(outcomes.length, 1);
    assert.deepEqual([world.pipeline(key), wakeAt], [undefined, undefined]);
    await look();
    assert.equal(outside.done.length, 1);
  });

  it('does nothing with an object that is being deleted', async () => {
    const { look, outside } = aLook(anOutside(aPipeline({ deletionTimestamp: '2026-03-02T10:00:00Z' })));
    await look();
    assert.deepEqual(outside.done, []);
  });

  it('does nothing while another process leads, and does not act when it loses the lead over the write', async () => {
    const { look, outside, state, acted } = aLook();
    state.leading = false;
    assert.deepEqual((await look()).wakeAt, undefined);
    assert.deepEqual(outside.done, []);
    state.leading = true;
    outside.interrupt = () => {
      state.leading = false;
      return undefined;
    };
    await look();
    assert.deepEqual(acted(), ['write status of apps/podinfo']);
    assert.deepEqual(outside.opened, []);
  });

  it('waits after a failure, longer each time, and at least as long as the forge says', async () => {
    const { look, outside, state } = aLook();
    const waits: number[] = [];
    for (const retryAfter of [undefined, undefined, 30, undefined]) {
      outside.interrupt = (_moment, action) => {
        if (action.type !== 'open-pull-request') return undefined;
        return failure(action, retryAfter === undefined ? {} : { retryAfter: state.now + retryAfter * 1000 });
      };
      const { wakeAt } = await look();
      waits.push((wakeAt! - state.now) / 1000);
      state.now = wakeAt!;
    }
    assert.deepEqual(waits, [5, 10, 30, 40]);
    assert.equal(record(outside)?.attempts, 4);
  });

  it('writes that the source has become unhealthy with the look that tells it, and that it is well again', async () => {
    const { look, acted, outside, world } = aLook();
    const written: string[] = [];
    outside.interrupt = (moment, action) => {
      if (moment === 'before') return undefined;
      if (action.type === 'set-check') written.push(`${action.check.state} ${action.check.reason}`);
      if (action.type !== 'open-pull-request') return undefined;
      const pullRequest = { ...outside.opened[0]!, head: 'abc' };
      return { type: 'pull-request-seen', promotion: action.promotion, pullRequest, opened: true };
    };
    await look();
    const ready = { status: 'False', reason: 'UpgradeFailed', message: 'timed out' } as const;
    world.learn(runs('dev', '6.1.5', { ready }));
    const before = acted().length;
    await look();
    assert.deepEqual(written, ['success EvidenceHolds', 'failure SourceUnhealthy']);
    assert.ok(
      !acted()
        .slice(before)
        .some((words) => words.startsWith('follow')),
      'no time has passed',
    );
    world.learn(runs('dev', '6.1.5'));
    await look();
    assert.equal(written.at(-1), 'success EvidenceHolds');
  });

  it('asks the forge about an open pull request once in an interval, and less often while it fails', async () => {
    const { look, outside, state } = aLook();
    const follows = (): number => outside.done.filter((words) => words.startsWith('follow')).length;
    await look();
    for (const expected of [0, 1, 2]) {
      assert.equal(follows(), expected);
      await look();
      assert.equal(follows(), expected);
      outside.interrupt = (_moment, action) =>
        action.type === 'follow-pull-request' && expected === 1 ? failure(action) : undefined;
      state.now += 300_000;
      assert.equal((await look()).wakeAt, state.now + (expected === 1 ? 300_000 : 60_000));
    }
  });

  it('tells a Pipeline that it cannot be read, once', async () => {
    const { look, outside, world } = aLook();
    const { metadata } = outside.stored();
    const problem = 'environments: required';
    world.learn({ type: 'pipeline-unreadable', pipeline: { metadata, status: {}, problem } });
    const { judgements } = await look();
    assert.deepEqual(judgements, []);
    assert.deepEqual(outside.done, ['write status of apps/podinfo', 'announce InvalidSpec']);
    const { status } = outside.stored();
    assert.deepEqual(
      status.conditions?.map(({ type, reason, message }) => [type, reason, message]),
      [
        ['Ready', 'InvalidSpec', problem],
        ['Stalled', 'InvalidSpec', problem],
      ],
    );
    world.learn({ type: 'pipeline-unreadable', pipeline: { metadata: outside.stored().metadata, status, problem } });
    await look();
    assert.equal(outside.done.length, 2);
  });

  it('keeps the memory of a Pipeline that cannot be read for when it can', async () => {
    const { look, outside, world } = aLook();
    await look();
    outside.settle(1, 'closed');
    const { metadata, status } = outside.stored();
    world.learn({ type: 'pipeline-unreadable', pipeline: { metadata, status, problem: 'environments: required' } });
    await look();
    assert.equal(record(outside)?.state, 'Open');
    world.learn({ type: 'pipeline-seen', pipeline: outside.stored() });
    await look();
    assert.equal(outside.opened.length, 1);
  });
});
