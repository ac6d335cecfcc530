import assert from 'node:assert/strict';
import { readFluxEvent } from '../../src/model/flux-event.ts';
import { recordedWebhooks } from '../support/recorded-webhooks.ts';

const recorded = (file: string) => readFluxEvent(recordedWebhooks.find((one) => one.file === file)!.body);
const event = {
  involvedObject: { kind: 'HelmRelease', namespace: 'hooks', name: 'podinfo' },
  severity: 'info',
  timestamp: '2026-11-21T08:20:26Z',
  message: 'Helm upgrade succeeded',
  reason: 'UpgradeSucceeded',
  metadata: { revision: '6.0.1' },
};
const read = (body: unknown) => readFluxEvent(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)));

describe('readFluxEvent', () => {
  it('reads whatever a real notification-controller has sent', () => {
    for (const { file, body } of recordedWebhooks) assert.ok(typeof readFluxEvent(body) === 'object', file);
  });

  it('reads what happened to which release, and when', () => {
    assert.deepEqual(recorded('02-upgrade-succeeded.1.http'), {
      kind: 'HelmRelease',
      namespace: 'hooks',
      name: 'podinfo',
      severity: 'info',
      at: Date.parse('2026-11-21T08:20:26Z'),
      message: 'Helm upgrade succeeded for release hooks/podinfo.v2 with chart podinfo@6.0.1',
      reason: 'UpgradeSucceeded',
      revision: '6.0.1',
      appVersion: '6.0.1',
      cluster: undefined,
    });
  });

  it('knows the digest of an OCI chart from build metadata', () => {
    const revisionOf = (file: string) => (recorded(file) as { revision?: string }).revision;
    assert.equal(revisionOf('18-chart-from-oci-repository.2.http'), '6.0.3');
    assert.equal(revisionOf('13-event-metadata.1.http'), '6.1.1+build.7');
  });

  it('reads the cluster that the Alert names', () => {
    assert.equal((recorded('13-event-metadata.1.http') as { cluster?: string }).cluster, 'dev-1');
  });

  const wrong: Readonly<Record<string, readonly [unknown, RegExp]>> = {
    nothing: ['', /^the body is not JSON$/],
    'half a body': [JSON.stringify(event).slice(0, -5), /^the body is not JSON$/],
    'a list': [[], /no event of Flux/],
    null: ['null', /no event of Flux/],
    'an event without an object': [{ ...event, involvedObject: undefined }, /involvedObject is not/],
    'another severity': [{ ...event, severity: 'trace' }, /severity is not/],
    'no time': [{ ...event, timestamp: 'yesterday' }, /timestamp is not/],
    'a revision that is no text': [{ ...event, metadata: { revision: 6 } }, /metadata.revision is not/],
    'a revision without end': [{ ...event, metadata: { revision: '1'.repeat(300) } }, /metadata.revision is not/],
    depth: ['['.repeat(60_000) + ']'.repeat(60_000), /no event of Flux/],
  };
  for (const [name, [body, problem]] of Object.entries(wrong))
    it(`says what is wrong with ${name}`, () => {
      const said = read(body);
      assert.ok(typeof said === 'string');
      assert.match(said, problem);
    });

  it('takes no member from a prototype, and of a key that comes twice the last', () => {
    const before = JSON.stringify(event).slice(1);
    assert.match(JSON.stringify(read(`{"__proto__":{"severity":"info"},"constructor":{}}`)), /involvedObject/);
    assert.equal((read(`{"reason":"First",${before}`) as { reason: string }).reason, 'UpgradeSucceeded');
    assert.equal(({} as { severity?: string }).severity, undefined);
  });
});
