import assert from 'node:assert/strict';
import type { ActionOf } from '../../src/model/action.ts';
import type { SeenPipeline } from '../../src/model/pipeline.ts';
import { writeStatus } from '../../src/sinks/write-status.ts';

const pipeline: SeenPipeline = {
  metadata: { namespace: 'a', name: 'b', uid: 'u', resourceVersion: '2', generation: 1, annotations: {} },
  status: {},
  problem: 'unreadable',
};
const action: ActionOf<'write-status'> = {
  type: 'write-status',
  pipeline: 'a/b',
  uid: 'u',
  resourceVersion: '1',
  status: {},
};

describe('writeStatus', () => {
  it('answers with the Pipeline as it was written', async () => {
    const objects = { applyPipelineStatus: () => Promise.resolve(pipeline), getPipeline: () => assert.fail('it read') };
    assert.deepEqual(await writeStatus({ objects })(action), { type: 'status-written', pipeline });
  });

  for (const newest of [pipeline, undefined])
    it(`answers a conflict with what the Pipeline is now: ${newest ? 'another' : 'gone'}`, async () => {
      const objects = {
        applyPipelineStatus: () => Promise.resolve('conflict' as const),
        getPipeline: (key: string) => Promise.resolve(key === 'a/b' ? newest : assert.fail(key)),
      };
      assert.deepEqual(await writeStatus({ objects })(action), { type: 'status-conflict', pipeline: newest });
    });
});
