import assert from 'node:assert/strict';
import { FailureError } from '../../src/model/failure.ts';
import type { FluxEvent } from '../../src/model/flux-event.ts';
import type { WebhookEvidence } from '../../src/model/pipeline-status.ts';
import type { Pipeline } from '../../src/model/pipeline.ts';
import { keepEvidence } from '../../src/sinks/keep-evidence.ts';
import { aPipeline } from '../support/builders.ts';

const event: FluxEvent = {
  kind: 'HelmRelease',
  name: 'podinfo',
  namespace: 'podinfo',
  severity: 'info',
  at: Date.parse('2026-03-02T10:00:00Z'),
  message: 'Helm upgrade succeeded',
  reason: 'UpgradeSucceeded',
  revision: '6.0.1',
  cluster: undefined,
};
const key = 'apps/prod podinfo/podinfo';
const heard = { environment: 'prod', evidence: key, event };
const holding = (at: string, resourceVersion: string): Pipeline => {
  const evidence: WebhookEvidence = { succeeded: true, reason: 'UpgradeSucceeded', message: '', at, revision: '6.0.0' };
  return aPipeline({ resourceVersion, status: { environments: { prod: { evidence: { [key]: evidence } } } } });
};

describe('keepEvidence', () => {
  /** An API server that holds these versions of the Pipeline, one after the other. */
  const against = (...versions: readonly (Pipeline | undefined)[]) => {
    const writes: unknown[] = [];
    const left = [...versions];
    const keep = keepEvidence({
      objects: {
        getPipeline: () => Promise.resolve(left[0]),
        mergePipelineStatus: (write) => {
          writes.push(write);
          if (left.length > 1) left.shift();
          const [current] = left;
          return Promise.resolve(
            current?.metadata.resourceVersion === write.resourceVersion
              ? aPipeline({ resourceVersion: '9' })
              : 'conflict',
          );
        },
      },
    });
    return { keep, writes };
  };

  it('writes the one entry, on the version that it knows', async () => {
    const { keep, writes } = against(aPipeline({ resourceVersion: '1' }));
    const kept = await keep(aPipeline({ resourceVersion: '1' }), heard);
    assert.equal(kept?.metadata.resourceVersion, '9');
    const entry = {
      revision: '6.0.1',
      attempted: '6.0.1',
      succeeded: true,
      reason: 'UpgradeSucceeded',
      message: 'Helm upgrade succeeded',
      at: '2026-03-02T10:00:00Z',
    };
    assert.deepEqual(writes, [
      {
        pipeline: 'apps/podinfo',
        resourceVersion: '1',
        status: { environments: { prod: { evidence: { [key]: entry } } } },
      },
    ]);
  });

  it('looks anew when another writer was faster', async () => {
    const { keep, writes } = against(aPipeline({ resourceVersion: '2' }), holding('2026-03-02T09:00:00Z', '3'));
    assert.equal((await keep(aPipeline({ resourceVersion: '1' }), heard))?.metadata.resourceVersion, '9');
    assert.equal(writes.length, 2);
  });

  it('writes nothing over something newer, should another replica have heard of it', async () => {
    const { keep, writes } = against(holding('2026-03-02T11:00:00Z', '2'));
    assert.equal(await keep(aPipeline({ resourceVersion: '1' }), heard), undefined);
    assert.equal(writes.length, 1);
  });

  for (const [name, versions] of [
    ['the Pipeline is gone', [undefined]],
    [
      'others change it again and again',
      Array.from({ length: 20 }, (_, index) => aPipeline({ resourceVersion: `${index + 10}` })),
    ],
  ] as const)
    it(`says that nothing is kept when ${name}, so that the sender comes again`, async () => {
      const { keep } = against(...versions);
      await assert.rejects(
        keep(aPipeline({ resourceVersion: '1' }), heard),
        (error) => error instanceof FailureError && error.failure.remedy === 'retry',
      );
    });
});
