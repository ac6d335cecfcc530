import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import type { HelmRelease } from '../../src/model/helm-release.ts';
import { projectHelmRelease } from '../../src/model/project-helm-release.ts';
import { recordOf } from '../../src/model/reading.ts';

const folder = new URL('../fixtures/recordings/helmrelease/', import.meta.url);

const recorded = (name: string): readonly unknown[] =>
  readFileSync(new URL(`${name}.jsonl`, folder), 'utf8')
    .trim()
    .split('\n')
    .map((line) => recordOf(JSON.parse(line)))
    .filter(({ type }) => type !== 'BOOKMARK')
    .map(({ object }) => object);

const lastOf = (name: string): HelmRelease => projectHelmRelease(recorded(name).at(-1));

describe('projectHelmRelease', () => {
  const ends: readonly [name: string, what: string, deployed: string | undefined, attempted: string, ready: string][] =
    [
      ['01-install', 'an install', '6.0.0', '6.0.0', 'True InstallSucceeded'],
      ['02-upgrade', 'an upgrade', '6.0.1', '6.0.1', 'True UpgradeSucceeded'],
      ['06-upgrade-apply-failure', 'a failed upgrade', '6.0.3', '6.0.4', 'False UpgradeFailed'],
      ['10-rollback-retries-0', 'a rollback', '6.0.6', '6.0.4', 'False RollbackSucceeded'],
      ['14-build-metadata-in-version', 'build metadata', '6.1.1+build.7', '6.1.1+build.7', 'True UpgradeSucceeded'],
      ['20-install-failure-retries-1', 'a failed install', undefined, '6.0.4', 'False InstallFailed'],
      ['22-tests-pass-then-fail', 'a failed test', '6.0.9', '6.0.9', 'False TestFailed'],
      ['24-oci-repository', 'an OCI chart', '6.0.1+ccea4bbdde2b', '6.0.1+ccea4bbdde2b', 'True UpgradeSucceeded'],
    ];
  for (const [name, what, deployed, attempted, ready] of ends)
    it(`reads what runs after ${what}`, () => {
      const release = lastOf(name);
      assert.equal(release.deployed?.chartVersion, deployed);
      assert.equal(release.lastAttemptedRevision, attempted);
      assert.equal(`${release.ready?.status ?? ''} ${release.ready?.reason ?? ''}`, ready);
    });

  it('keeps the whole of a settled release', () => {
    const release = lastOf('02-upgrade');
    assert.deepEqual(release, {
      key: 'podinfo/podinfo',
      uid: release.uid,
      generation: 2,
      observedGeneration: 2,
      deleting: false,
      suspended: false,
      ready: {
        status: 'True',
        reason: 'UpgradeSucceeded',
        message: 'Helm upgrade succeeded for release podinfo/podinfo.v2 with chart podinfo@6.0.1',
        since: Date.parse('2026-11-21T07:53:08Z'),
      },
      lastAttemptedRevision: '6.0.1',
      attempted: '6.0.1',
      took: 203,
      remediated: false,
      deployed: {
        chartVersion: '6.0.1',
        appVersion: '6.0.1',
        ociDigest: undefined,
        lastDeployed: Date.parse('2026-11-21T07:53:08Z'),
      },
      chart: 'podinfo of HelmRepository flux-system/podinfo',
    });
    assert.match(release.uid, /^[0-9a-f-]{36}$/);
  });

  for (const [spec, chart] of [
    [{ chartRef: { kind: 'OCIRepository', name: 'podinfo' } }, 'OCIRepository apps/podinfo'],
    [{ chartRef: { kind: 'HelmChart', name: 'podinfo', namespace: 'charts' } }, 'HelmChart charts/podinfo'],
    [
      { chart: { spec: { chart: './charts/a', sourceRef: { kind: 'GitRepository', name: 'b' } } } },
      './charts/a of GitRepository apps/b',
    ],
    [{ chart: { spec: { chart: 'podinfo', sourceRef: 'odd' } } }, undefined],
    [{ chartRef: { kind: 'OCIRepository', name: 'n'.repeat(400) } }, `OCIRepository apps/${'n'.repeat(281)}…`],
    [undefined, undefined],
  ] as const)
    it(`reads that the chart is ${chart?.slice(0, 40) ?? 'from nowhere that is known'}`, () =>
      assert.equal(projectHelmRelease({ metadata: { namespace: 'apps', name: 'x' }, spec }).chart, chart));

  it('takes a failure for taken back only once history says so', () => {
    const steps = recorded('10-rollback-retries-0');
    const told = steps.map((step) => JSON.stringify(step).includes('"Remediated"'));
    const taken = steps.map((step) => projectHelmRelease(step).remediated);
    const [first, second] = [told.indexOf(true), taken.indexOf(true)];
    assert.equal(second, first + 1);
    assert.equal(projectHelmRelease(steps[first]).ready?.reason, 'RollbackSucceeded');
  });

  it('sees suspension, deletion and the digest of an OCI chart', () => {
    assert.ok(
      recorded('15-suspend-and-resume')
        .map(projectHelmRelease)
        .some(({ suspended }) => suspended),
    );
    assert.ok(lastOf('27-delete').deleting);
    assert.match(lastOf('24-oci-repository').deployed?.ociDigest ?? '', /^sha256:ccea4bbdde2b/);
  });

  it('does not change over a quiet interval', () => {
    const quiet = recorded('26-quiet-intervals-and-restart')
      .map(projectHelmRelease)
      .filter(({ key, observedGeneration }) => key === 'quiet/podinfo' && observedGeneration === 1);
    assert.ok(quiet.length > 6);
    for (const release of quiet) assert.deepEqual(release, quiet[0]);
  });

  it('stays small for every recorded event', () => {
    for (const name of readdirSync(folder).filter((file) => /^[^.]+\.jsonl$/.test(file)))
      for (const raw of recorded(name.replace('.jsonl', '')))
        assert.ok(JSON.stringify(projectHelmRelease(raw)).length < 2048, name);
  });

  it('takes the last applied revision of older API versions for what runs, while the release is ready', () => {
    const status = (ready: string) => ({
      lastAppliedRevision: '6.0.1',
      conditions: [
        { type: 'Ready', status: ready, reason: 'R', message: 'm', lastTransitionTime: '2026-01-01T00:00:00Z' },
      ],
    });
    const deployed = (ready: string) => projectHelmRelease({ metadata: {}, status: status(ready) }).deployed;
    assert.equal(deployed('True')?.chartVersion, '6.0.1');
    assert.equal(deployed('False'), undefined);
  });

  it('reads any JSON at all, and what is odd as not settled', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), fc.jsonValue(), (metadata, spec, status) => {
        const release = projectHelmRelease({ metadata, spec, status });
        assert.equal(release.ready, undefined);
        assert.equal(release.deployed, undefined);
      }),
    );
    assert.equal(projectHelmRelease(undefined).observedGeneration, -1);
  });
});
