import assert from 'node:assert/strict';
import type { ActionOf } from '../../src/model/action.ts';
import type { SeenPipeline } from '../../src/model/pipeline.ts';
import { removeAnnotation } from '../../src/sinks/remove-annotation.ts';

const seen: SeenPipeline = {
  metadata: { namespace: 'a', name: 'b', uid: 'u', resourceVersion: '2', generation: 1, annotations: {} },
  status: {},
  problem: 'unreadable',
};
const announcement = { type: 'Normal', reason: 'ApprovalUsed', message: '6.1.5 is on its way' } as const;
const annotation = { annotation: 'pipelines.weave.works/approve.prod', value: '6.1.5' };
const silent: ActionOf<'remove-annotation'> = { type: 'remove-annotation', pipeline: 'a/b', uid: 'u', ...annotation };
const action: ActionOf<'remove-annotation'> = { ...silent, announcement };

describe('removeAnnotation', () => {
  const performed = async (removed: boolean, what: ActionOf<'remove-annotation'> = action) => {
    const told: unknown[] = [];
    const objects = {
      removeAnnotation: (removal: object) => {
        assert.equal(removal, what);
        return Promise.resolve({ removed, seen });
      },
      createEvent: (...event: unknown[]) => Promise.resolve(void told.push(event)),
    };
    return { outcome: await removeAnnotation({ objects })(what), told };
  };

  it('tells by an Event that the annotation is off, and answers with the Pipeline after it', async () => {
    const { outcome, told } = await performed(true);
    assert.deepEqual(told, [['a/b', 'u', announcement]]);
    assert.deepEqual(outcome, { type: 'annotation-removed', pipeline: 'a/b', ...annotation, removed: true, seen });
  });

  it('tells nothing of an annotation of which there is nothing to tell', async () => {
    const { outcome, told } = await performed(true, silent);
    assert.deepEqual(told, []);
    assert.equal(outcome.type, 'annotation-removed');
  });

  it('tells nothing of an annotation that is gone or says something else by now', async () => {
    const { outcome, told } = await performed(false);
    assert.deepEqual(told, []);
    assert.deepEqual(outcome, { type: 'annotation-removed', pipeline: 'a/b', ...annotation, removed: false, seen });
  });
});
