import assert from 'node:assert/strict';
import { readPipeline } from '../../src/model/read-pipeline.ts';

const metadata = {
  namespace: 'team',
  name: 'podinfo',
  uid: 'u1',
  resourceVersion: '7',
  generation: 2,
  annotations: {},
};
const spec = {
  appRef: { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', name: 'podinfo' },
  environments: [{ name: 'dev', targets: [{ namespace: 'podinfo' }] }],
};
const status = { observedGeneration: 2 };

describe('readPipeline', () => {
  it('reads metadata, spec and status', () => {
    const raw = { kind: 'Pipeline', metadata: { ...metadata, managedFields: [] }, spec, status };
    assert.deepEqual(readPipeline(raw), { metadata, spec, status });
  });

  it('reads an object that nobody has looked at', () => {
    const { namespace, name, uid, resourceVersion } = metadata;
    const raw = { metadata: { namespace, name, uid, resourceVersion }, spec };
    assert.deepEqual(readPipeline(raw), {
      metadata: { namespace, name, uid, resourceVersion, generation: 1, annotations: {} },
      spec,
      status: {},
    });
  });

  it('names the path and the reason when the spec is not one', () => {
    const raw = { metadata, spec: { ...spec, environments: [{ name: 'Dev', targets: [] }] }, status };
    const read = readPipeline(raw);
    assert.match('problem' in read ? read.problem : '', /^spec\.environments\[0\]\.name: /);
    assert.deepEqual(read.status, status);
  });

  it('reads a status that is not ours as empty', () => {
    const raw = { metadata, spec, status: { environments: { dev: { targets: [{ ready: 'yes' }] } } } };
    assert.deepEqual(readPipeline(raw).status, {});
  });

  it('throws on what is no object', () => {
    assert.throws(() => readPipeline({ spec }));
  });
});
