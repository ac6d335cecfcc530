import assert from 'node:assert/strict';
import { announce } from '../../src/sinks/announce.ts';

describe('announce', () => {
  it('records the announcement on its Pipeline', async () => {
    const recorded: unknown[] = [];
    const objects = { createEvent: (...event: unknown[]) => Promise.resolve(void recorded.push(event)) };
    const announcement = { type: 'Normal', reason: 'Promoted', message: 'dev to staging' } as const;
    const outcome = await announce({ objects })({ type: 'announce', pipeline: 'a/b', uid: 'u', announcement });
    assert.deepEqual(recorded, [['a/b', 'u', announcement]]);
    assert.deepEqual(outcome, { type: 'announced', pipeline: 'a/b', announcement });
  });
});
