import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { projectHelmRelease } from '../../src/model/project-helm-release.ts';
import { recordOf } from '../../src/model/reading.ts';
import { withoutDigest } from '../../src/model/without-digest.ts';

const folder = new URL('../fixtures/recordings/helmrelease/', import.meta.url);

/** What a recording tells, step by step, of the release that it begins with: version tried, milliseconds, and whether it was taken back. */
const attemptsOf = (name: string): string => {
  const releases = readFileSync(new URL(`${name}.jsonl`, folder), 'utf8')
    .trim()
    .split('\n')
    .map((line) => recordOf(JSON.parse(line)))
    .filter(({ type }) => type !== 'BOOKMARK')
    .map(({ object }) => projectHelmRelease(object));
  return releases
    .filter(({ key }) => key === releases[0]?.key)
    .map(({ attempted, took, remediated }) => `${attempted ?? '-'} ${took ?? '-'}${remediated ? ' taken back' : ''}`)
    .filter((step, index, steps) => step !== steps[index - 1])
    .join(' > ');
};

const recordings: readonly [name: string, attempts: string][] = [
  ['01-install', '- - > 6.0.0 - > 6.0.0 150'],
  ['02-upgrade', '6.0.0 150 > 6.0.1 150 > 6.0.1 203'],
  ['03-upgrade-render-failure', '6.0.1 203 > 6.0.2 203 > 6.0.2 98 > 6.0.2 94 > 6.0.2 100 > 6.0.2 98 > 6.0.2 99'],
  ['04-recover-from-render-failure', '6.0.2 99 > 6.0.3 99 > 6.0.3 239'],
  ['05-values-change', '6.0.3 239 > 6.0.3 235'],
  ['06-upgrade-apply-failure', '6.0.3 235 > 6.0.4 235 > 6.0.4 236'],
  ['07-recover-from-apply-failure', '6.0.4 236 > 6.0.6 236 > 6.0.6 216'],
  ['08-version-not-in-repository', '6.0.6 206'],
  ['09-recover-from-missing-version', '6.0.6 206'],
  ['10-rollback-retries-0', '6.0.6 216 > 6.0.4 216 > 6.0.4 230 > 6.0.4 230 taken back'],
  ['11-recover-from-rollback', '6.0.4 230 taken back > 6.0.4 230 > 6.0.7 230 > 6.0.7 203'],
  [
    '12-rollback-retries-1',
    '6.0.7 203 > 6.0.4 203 > 6.0.4 195 > 6.0.4 195 taken back > 6.0.4 195 > 6.0.4 200 > 6.0.4 200 taken back',
  ],
  ['13-recover-from-rollback-retries-1', '6.0.4 200 taken back > 6.0.4 200 > 6.1.0 200 > 6.1.0 210'],
  ['14-build-metadata-in-version', '6.1.0 210 > 6.1.1+build.7 210 > 6.1.1+build.7 201'],
  ['15-suspend-and-resume', '- - > 6.0.0 - > 6.0.0 165 > 6.0.1 165 > 6.0.1 201'],
  ['16-version-range', '- - > 6.0.0 - > 6.0.0 166 > 6.0.1 166 > 6.0.1 211 > 6.1.0 211 > 6.1.0 161'],
  ['17-upgrade-timeout', '- - > 6.0.3 - > 6.0.3 172 > 6.0.5 172 > 6.0.5 15306'],
  [
    '18-rollback-after-timeout',
    '- - > 6.0.3 - > 6.0.3 174 > 6.0.5 174 > 6.0.5 10295 > 6.0.5 10295 taken back > 6.0.5 10295 > 6.0.5 10220 > 6.0.5 10220 taken back',
  ],
  ['19-new-version-during-upgrade', '- - > 6.0.3 - > 6.0.3 227 > 6.0.5 227 > 6.0.5 20854 > 6.0.6 20854 > 6.0.6 206'],
  ['20-install-failure-retries-1', '- - > 6.0.4 - > 6.0.4 166 > 6.0.4 166 taken back > 6.0.4 166 > 6.0.4 169'],
  [
    '21-retry-on-failure-strategy',
    '- - > 6.0.3 - > 6.0.3 161 > 6.0.4 161 > 6.0.4 205 > 6.0.4 220 > 6.0.4 210 > 6.0.6 210 > 6.0.6 213',
  ],
  ['22-tests-pass-then-fail', '- - > 6.0.7 - > 6.0.7 190 > 6.0.8 190 > 6.0.8 250 > 6.0.9 250 > 6.0.9 222'],
  ['23-depends-on', '- - > 6.0.0 - > 6.0.0 151'],
  ['24-oci-repository', '- - > 6.0.0 - > 6.0.0 156 > 6.0.1 156 > 6.0.1 192 > 6.0.1 202'],
  ['25-requested-reconcile', '- - > 6.0.0 - > 6.0.0 169 > 6.0.0 219'],
  ['26-quiet-intervals-and-restart', '- - > 6.0.0 - > 6.0.0 171'],
  ['27-delete', '- - > 6.0.0 - > 6.0.0 163'],
  ['28-reinstall-same-name', '- - > 6.0.0 - > 6.0.0 168 > - - > 6.0.1 - > 6.0.1 161'],
  ['29-delete-while-suspended', '- - > 6.0.0 - > 6.0.0 156'],
];

describe('what a HelmRelease tells of its last attempt', () => {
  for (const [name, attempts] of recordings)
    it(`is, in the recording ${name}: ${attempts}`, () => {
      assert.equal(attemptsOf(name), attempts);
    });

  it('is read from every recording', () => {
    const names = readdirSync(folder).filter((file) => /^[^.]+\.jsonl$/.test(file));
    assert.deepEqual(
      recordings.map(([name]) => `${name}.jsonl`),
      names.sort(),
    );
  });

  it('is no duration where Flux wrote none, or nonsense', () => {
    const took = (duration: unknown) =>
      projectHelmRelease({ status: { lastAttemptedReleaseActionDuration: duration } }).took;
    assert.deepEqual(['1m30.5s', '249.574878ms', '', 'soon', 90].map(took), [
      90_500,
      250,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('withoutDigest', () => {
  const digest = 'sha256:0cc9a8446c95009ef382f5eade883a67c257f77d50f84e78ecef2aac9428d1e5';
  const cases: readonly [what: string, version: string, digest: string | undefined, left: string][] = [
    ['takes the digest of an OCI chart off', '6.6.1+0cc9a8446c95', digest, '6.6.1'],
    ['keeps build metadata', '6.1.1+build.7', digest, '6.1.1+build.7'],
    ['keeps what may be a digest, where none is known', '6.6.1+0cc9a8446c95', undefined, '6.6.1+0cc9a8446c95'],
    ['keeps another digest', '6.6.1+00f73a45ed05', digest, '6.6.1+00f73a45ed05'],
    ['keeps a version that ends in plus where the digest is empty', '6.6.1+', 'sha256:', '6.6.1+'],
  ];
  for (const [what, version, known, left] of cases)
    it(what, () => {
      assert.equal(withoutDigest(version, known), left);
    });
});
