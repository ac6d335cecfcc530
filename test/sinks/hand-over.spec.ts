import assert from 'node:assert/strict';
import type { Handover } from '../../src/model/action.ts';
import { FailureError } from '../../src/model/failure.ts';
import { handOver } from '../../src/sinks/hand-over.ts';
import { aFailure } from '../support/builders.ts';
import { eventually } from '../support/eventually.ts';

const aHandover = (id = 'one'): Handover => ({
  pipeline: 'apps/podinfo',
  uid: 'uid-1',
  environment: 'prod',
  revision: '6.1.5',
  from: 'dev',
  id,
  announcement: { type: 'Normal', reason: 'Promote', message: 'Promote', metadata: { id } },
});

const aSink = (tell?: (promotion: Handover) => Promise<void>) => {
  const events: unknown[] = [];
  const answered: string[] = [];
  const sink = handOver({
    objects: { createEvent: (...event) => Promise.resolve(void events.push(event)) },
    clock: { now: () => 1000 },
    ...(tell ? { tell } : {}),
    patience: 5000,
    onAnswer: ({ id }) => answered.push(id),
  });
  const act = async (promotion: Handover) => (await sink({ type: 'hand-over', promotion })).type;
  return { act, sink, events, answered };
};

describe('handOver', () => {
  it('is done with the Kubernetes Event where nobody else is to be told', async () => {
    const { act, events } = aSink();
    assert.equal(await act(aHandover()), 'handed-over');
    const { announcement } = aHandover();
    assert.deepEqual(events, [['apps/podinfo', 'uid-1', announcement]]);
  });

  it('waits for nobody: it is pending until the receiver has answered, and says when', async () => {
    let take = (): void => undefined;
    const told: string[] = [];
    const { act, sink, events, answered } = aSink(({ id }) => {
      told.push(id);
      return new Promise((resolve) => (take = resolve));
    });
    assert.deepEqual(await sink({ type: 'hand-over', promotion: aHandover() }), {
      type: 'handover-pending',
      promotion: aHandover(),
      until: 6000,
    });
    assert.equal(await act(aHandover()), 'handover-pending');
    assert.deepEqual([told, answered], [['one'], []]);
    take();
    await eventually(() => assert.deepEqual(answered, ['one']));
    assert.equal(await act(aHandover()), 'handed-over');
    assert.deepEqual([told.length, events.length], [1, 1]);
  });

  it('fails as the receiver failed, and is told again by the next attempt, without another Event', async () => {
    let count = 0;
    const { act, sink, events, answered } = aSink(() =>
      count++ === 0 ? Promise.reject(new FailureError(aFailure({ reason: 'ReceiverFailed' }))) : Promise.resolve(),
    );
    await act(aHandover());
    await eventually(() => assert.equal(answered.length, 1));
    await assert.rejects(sink({ type: 'hand-over', promotion: aHandover() }), {
      failure: aFailure({ reason: 'ReceiverFailed' }),
    });
    assert.equal(await act(aHandover()), 'handover-pending');
    await eventually(() => assert.equal(answered.length, 2));
    assert.equal(await act(aHandover()), 'handed-over');
    assert.deepEqual([count, events.length], [2, 1]);
  });

  it('has only so many with a receiver that hangs; the others ask again', async () => {
    let sent = 0;
    const { act } = aSink(() => new Promise(() => (sent += 1)));
    for (let number = 0; number < 100; number++) assert.equal(await act(aHandover(String(number))), 'handover-pending');
    assert.equal(sent, 16);
  });

  it('throws what the API server says to the Event, and tells nobody before', async () => {
    const sink = handOver({
      objects: { createEvent: () => Promise.reject(new FailureError(aFailure())) },
      clock: { now: () => 0 },
      tell: () => assert.fail('told'),
      patience: 1,
      onAnswer: () => assert.fail('answered'),
    });
    await assert.rejects(sink({ type: 'hand-over', promotion: aHandover() }), FailureError);
  });
});
