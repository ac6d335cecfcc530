import assert from 'node:assert/strict';
import type { Fact } from '../../src/model/fact.ts';
import type { WebhookEvidence } from '../../src/model/pipeline-status.ts';
import type { Pipeline } from '../../src/model/pipeline.ts';
import { hearing } from '../../src/sources/webhook.ts';
import { aFailure, anEnvironment, aPipeline, aTarget } from '../support/builders.ts';
import { worldOf } from '../support/given.ts';
import { settled } from '../support/let-pass.ts';

const now = Date.parse('2026-11-21T08:20:30Z');
const path = { namespace: 'apps', pipeline: 'podinfo', environment: 'prod' };
const event = {
  involvedObject: { kind: 'HelmRelease', namespace: 'podinfo', name: 'podinfo' },
  severity: 'info',
  timestamp: '2026-11-21T08:20:26Z',
  message: 'Helm upgrade succeeded',
  reason: 'UpgradeSucceeded',
  metadata: { revision: '6.0.1' },
};
const body = (changes: object = {}) => Buffer.from(JSON.stringify({ ...event, ...changes }));

describe('hearing', () => {
  const listen = (facts: readonly Fact[], pipeline: Pipeline = aPipeline()) => {
    const kept: unknown[] = [];
    const told: Fact[] = [];
    const ear = hearing({
      world: worldOf([{ type: 'pipeline-seen', pipeline }, ...facts]),
      clock: { now: () => now },
      tolerance: 600_000,
      keep: (_, { environment, evidence }) => {
        kept.push([environment, evidence]);
        return Promise.resolve(pipeline);
      },
    });
    ear.facts.subscribe((fact) => told.push(fact));
    return { kept, told, hear: async (raw: Uint8Array = body(), to = path) => ear.hear(to, raw) };
  };
  const opening: Fact = { type: 'cluster-opening', cluster: 'apps/prod', at: 0 };

  it('takes an event about a watched target for a hint, and keeps nothing of it', async () => {
    const { hear, kept, told } = listen([opening]);
    assert.equal((await hear()).status, 202);
    assert.deepEqual(told, [
      {
        type: 'deployment-heard',
        cluster: 'apps/prod',
        release: 'podinfo/podinfo',
        event: told[0]?.type === 'deployment-heard' ? told[0].event : undefined,
      },
    ]);
    assert.deepEqual(kept, []);
  });

  it('does not take one about a lost cluster for evidence', async () => {
    const lost: Fact = {
      type: 'cluster-lost',
      cluster: 'apps/prod',
      failure: { remedy: 'retry', reason: 'Lost', message: 'lost' },
      at: 0,
    };
    const { hear, kept } = listen([lost]);
    await hear();
    assert.deepEqual(kept, []);
  });

  it('keeps what it hears while it cannot be told whether a cluster is registered, for the case that it is not', async () => {
    const { hear, kept } = listen([{ type: 'cluster-unread', cluster: 'apps/prod', failure: aFailure(), at: 0 }]);
    assert.deepEqual(await hear(), { status: 202, text: 'kept' });
    assert.equal(kept.length, 1);
  });

  it('keeps what is heard of a target that cannot be watched before it answers, and looks then', async () => {
    const { hear, kept, told } = listen([]);
    assert.deepEqual(await hear(), { status: 202, text: 'kept' });
    assert.deepEqual(kept, [['prod', 'apps/prod podinfo/podinfo']]);
    assert.deepEqual(
      told.map(({ type }) => type),
      ['pipeline-seen'],
    );
  });

  it('answers nothing before what it heard is kept', async () => {
    let kept: (pipeline: Pipeline) => void = () => undefined;
    const ear = hearing({
      world: worldOf([{ type: 'pipeline-seen', pipeline: aPipeline() }]),
      clock: { now: () => now },
      tolerance: 600_000,
      keep: () => new Promise((resolve) => (kept = resolve)),
    });
    const done: string[] = [];
    const answered = Promise.resolve(ear.hear(path, body())).then(() => done.push('answered'));
    await settled();
    done.push('kept');
    kept(aPipeline());
    await answered;
    assert.deepEqual(done, ['kept', 'answered']);
  });

  it('keeps nothing that is known already', async () => {
    const evidence: WebhookEvidence = {
      revision: '6.0.1',
      attempted: '6.0.1',
      succeeded: true,
      reason: 'UpgradeSucceeded',
      message: 'Helm upgrade succeeded',
      at: event.timestamp,
    };
    const status = { environments: { prod: { evidence: { 'apps/prod podinfo/podinfo': evidence } } } };
    const { hear, kept } = listen([], aPipeline({ status }));
    assert.equal((await hear()).status, 202);
    assert.equal((await hear(body({ timestamp: '2026-11-21T08:20:25Z' }))).status, 202);
    assert.deepEqual(kept, []);
    await hear(body({ timestamp: '2026-11-21T08:20:27Z' }));
    assert.equal(kept.length, 1);
  });

  for (const timestamp of ['2026-11-21T08:10:29Z', '2026-11-21T08:30:31Z'])
    it(`ignores what is ten minutes off the clock, and says so: ${timestamp}`, async () => {
      const { hear, kept, told } = listen([]);
      const { status, text } = await hear(body({ timestamp }));
      assert.equal(status, 202);
      assert.match(text, /^ignored: .* clocks/);
      assert.deepEqual([kept, told], [[], []]);
    });

  const refused: Readonly<Record<string, readonly [Uint8Array, number, RegExp]>> = {
    'no JSON': [Buffer.from('{'), 400, /not JSON/],
    'no event': [Buffer.from('{}'), 400, /no event of Flux/],
    'another kind': [
      body({ involvedObject: { ...event.involvedObject, kind: 'Kustomization' } }),
      422,
      /Kustomization/,
    ],
    'another release': [body({ involvedObject: { ...event.involvedObject, name: 'other' } }), 422, /podinfo\/other/],
  };
  for (const [name, [raw, status, text]] of Object.entries(refused))
    it(`refuses ${name}, in words for whoever reads the sender's log`, async () => {
      const { hear, kept, told } = listen([]);
      const reply = await hear(raw);
      assert.equal(reply.status, status);
      assert.match(reply.text, text);
      assert.deepEqual([kept, told], [[], []]);
    });

  it('refuses what fits two targets, unless the Alert says which', async () => {
    const environments = [anEnvironment('dev'), anEnvironment('prod', { targets: [aTarget('eu'), aTarget('us')] })];
    const { hear, kept } = listen([], aPipeline({ environments }));
    assert.equal((await hear()).status, 422);
    assert.equal((await hear(body({ metadata: { revision: '6.0.1', cluster: 'us' } }))).status, 202);
    assert.deepEqual(kept, [['prod', 'apps/us podinfo/podinfo']]);
  });
});
