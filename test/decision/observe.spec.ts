import assert from 'node:assert/strict';
import { observe, revisionOf, sourceGrace, type Observation } from '../../src/decision/observe.ts';
import type { HelmRelease } from '../../src/model/helm-release.ts';
import { aHelmRelease, minutes, seconds, start } from '../support/builders.ts';

const failing = (reason: string, since: number): HelmRelease => ({
  ...aHelmRelease(),
  ready: { status: 'False', reason, message: `${reason}!`, since },
});

describe('observe', () => {
  const answers: readonly (readonly [string, HelmRelease | undefined, Partial<Observation>])[] = [
    ['no release', undefined, { state: 'missing', revision: undefined, message: 'it does not exist' }],
    ['one that is settled', aHelmRelease(), { state: 'settled', revision: '6.1.4', message: 'upgraded' }],
    ['one that is being deleted', aHelmRelease({ deleting: true }), { state: 'progressing' }],
    ['a suspended one, whatever it says', aHelmRelease({ suspended: true }), { state: 'suspended', revision: '6.1.4' }],
    ['Ready of another generation', aHelmRelease({ generation: 4 }), { state: 'progressing', revision: '6.1.4' }],
    [
      'another version attempted than deployed',
      aHelmRelease({ lastAttemptedRevision: '6.1.5' }),
      { state: 'progressing', revision: '6.1.4' },
    ],
    [
      'nothing deployed',
      { ...aHelmRelease(), deployed: undefined },
      { state: 'progressing', revision: undefined, healthySince: undefined },
    ],
    ['no word of Flux', { ...aHelmRelease(), ready: undefined }, { state: 'progressing', healthySince: undefined }],
    [
      'Ready unknown',
      aHelmRelease({ ready: { status: 'Unknown', message: 'running tests' } }),
      { state: 'progressing', message: 'running tests' },
    ],
    ['a failed upgrade, at once', failing('UpgradeFailed', start), { state: 'failed', message: 'UpgradeFailed!' }],
    [
      'a source that is not ready yet',
      failing('SourceNotReady', seconds(-29)),
      { state: 'progressing', until: seconds(1) },
    ],
    ['a source that stays not ready', failing('SourceNotReady', seconds(-30)), { state: 'failed' }],
    ['a dependency that is not ready yet', failing('DependencyNotReady', start), { state: 'progressing' }],
  ];
  for (const [name, release, expected] of answers)
    it(`sees ${name}: ${expected.state ?? ''}`, () => {
      const seen = observe(release, start);
      assert.deepEqual({ ...seen, ...expected }, seen);
    });

  it('changes by itself when it says until when', () => {
    const release = failing('SourceNotReady', start);
    assert.equal(observe(release, start).until, start + sourceGrace);
    assert.equal(observe(release, start + sourceGrace).until, undefined);
  });

  it('counts health from the later of Ready and the deployment', () => {
    const sinceReady = aHelmRelease({ ready: { since: minutes(-5) }, deployed: { lastDeployed: minutes(-9) } });
    const sinceDeployed = aHelmRelease({ ready: { since: minutes(-9) }, deployed: { lastDeployed: minutes(-5) } });
    for (const release of [sinceReady, sinceDeployed]) assert.equal(observe(release, start).healthySince, minutes(-5));
  });

  it('counts no health of what is not settled', () => {
    assert.equal(observe(aHelmRelease({ suspended: true }), start).healthySince, undefined);
  });
});

describe('revisionOf', () => {
  const digest = 'sha256:0cc9a8446c95009ef382f5eade883a67c257f77d50f84e78ecef2aac9428d1e5';
  const revisions = [
    ['the chart’s version', '6.1.1', undefined, '6.1.1'],
    ['real build metadata', '6.1.1+build.7', undefined, '6.1.1+build.7'],
    ['no digest that Flux appended', '6.6.1+0cc9a8446c95', digest, '6.6.1'],
    ['build metadata beside another digest', '6.6.1+build.7', digest, '6.6.1+build.7'],
    ['build metadata that only looks like a digest', '6.6.1+0cc9a8446c95', undefined, '6.6.1+0cc9a8446c95'],
  ] as const;
  for (const [name, chartVersion, ociDigest, expected] of revisions)
    it(`is ${name}: ${chartVersion} is ${expected}`, () => {
      assert.equal(revisionOf({ chartVersion, ociDigest, appVersion: undefined, lastDeployed: start }), expected);
    });
});
