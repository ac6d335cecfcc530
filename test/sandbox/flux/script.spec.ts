import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { HelmRelease, HelmStatus } from '../../../src/sandbox/flux/helm-release.ts';
import { configDigestOf } from '../../../src/sandbox/flux/history.ts';
import { script, uninstalled, type ChartOutcome } from '../../../src/sandbox/flux/script.ts';

const recordings = new URL('../../fixtures/recordings/helmrelease/', import.meta.url);

const recorded = (name: string): readonly HelmRelease[] =>
  readFileSync(new URL(`${name}.jsonl`, recordings), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; object: HelmRelease })
    .filter(({ type }) => type !== 'BOOKMARK')
    .map(({ object }) => object);

/** What a recorded and a written status must have in common: everything but times, digests, durations and what the chart is made of. */
const said = (status: HelmStatus, exceptHook: boolean) => ({
  observed: status.observedGeneration,
  attempted: [status.lastAttemptedGeneration, status.lastAttemptedRevision, status.lastAttemptedReleaseAction],
  failures: [status.failures, status.installFailures, status.upgradeFailures],
  chart: status.helmChart,
  conditions: status.conditions?.map(({ type, status: state, reason, message, observedGeneration }) =>
    [type, state, reason, observedGeneration, exceptHook && message.startsWith('Helm test') ? '' : message].join(' '),
  ),
  history: status.history?.map(({ version, chartVersion, appVersion, status: state, action }) => [
    version,
    chartVersion,
    appVersion,
    state,
    action,
  ]),
});

/** What our Flux writes from the status of the recording's line `from` on, until it has nothing more to do or `count` writes are made. */
const written = (release: HelmRelease, outcome: ChartOutcome, count: number): readonly HelmStatus[] => {
  const digest = configDigestOf(release);
  const history = release.status?.history?.map((entry) => ({ ...entry, configDigest: digest }));
  let status: HelmStatus = { ...release.status!, ...(history && { history }) };
  const statuses: HelmStatus[] = [];
  const moment = { generation: release.metadata.generation, time: '2026-11-21T09:00:00Z' };
  for (const step of script({ ...release, status }, outcome)) {
    status = step.change(status, moment);
    statuses.push(status);
    if (statuses.length === count) break;
  }
  return statuses;
};

/** Lines `from` (the state in which the spec is already new) to `to` of a recording. */
const scenarios: readonly (readonly [string, ChartOutcome, from: number, to: number])[] = [
  ['01-install', 'success', 2, 11],
  ['02-upgrade', 'success', 1, 11],
  ['03-upgrade-render-failure', 'render-failure', 1, 10],
  ['04-recover-from-render-failure', 'success', 1, 11],
  ['06-upgrade-apply-failure', 'apply-failure', 1, 11],
  ['07-recover-from-apply-failure', 'success', 1, 11],
  ['08-version-not-in-repository', 'missing-version', 1, 4],
  ['09-recover-from-missing-version', 'success', 1, 5],
  ['11-recover-from-rollback', 'success', 1, 11],
  ['14-build-metadata-in-version', 'success', 1, 11],
  ['17-upgrade-timeout', 'timeout', 12, 20],
  ['22-tests-pass-then-fail', 'success', 15, 28],
  ['22-tests-pass-then-fail', 'test-failure', 29, 42],
];

describe('script', () => {
  for (const [name, outcome, from, to] of scenarios)
    it(`writes what a real helm-controller wrote: ${name}, lines ${from} to ${to}`, () => {
      const lines = recorded(name);
      const expected = lines.slice(from, to).map(({ status }) => said(status!, true));
      const actual = written(lines[from - 1]!, outcome, to - from).map((status) => said(status, true));
      assert.deepEqual(actual, expected);
    });

  it('follows the generation of a suspended release and says nothing else', () => {
    const lines = recorded('15-suspend-and-resume');
    assert.deepEqual(written(lines[11]!, 'success', 9), [
      { ...written(lines[11]!, 'success', 9)[0], observedGeneration: 2 },
    ]);
    assert.deepEqual(said(written(lines[13]!, 'success', 9)[0]!, true), said(lines[14]!.status!, true));
  });

  // After a rollback the real one also shows the revision that Helm dropped; ours does not know what Helm has stored.
  const sinceDropped = (status: HelmStatus, dropped: number) =>
    said({ ...status, history: status.history!.filter(({ version }) => version !== dropped) }, true);

  it('rolls back as the recordings show, and is not ready then', () => {
    const lines = recorded('10-rollback-retries-0');
    const expected = lines.slice(1, 11).map(({ status }) => status!);
    const actual = written(lines[0]!, 'apply-failure', 10);
    assert.deepEqual(
      actual.map((status) => said(status, true)),
      expected.map((status) =>
        sinceDropped(status, status.history!.length === 4 && status.history![0]!.version === 8 ? 3 : 0),
      ),
    );
  });

  it('tries again after a rollback as often as the release says', () => {
    const lines = recorded('12-rollback-retries-1');
    const actual = written(lines[0]!, 'apply-failure', 30);
    const conditions = (status: HelmStatus) => said(status, true).conditions;
    assert.deepEqual(
      actual.map(conditions),
      lines.slice(1).map(({ status }) => conditions(status!)),
    );
    assert.equal(actual.at(-1)?.history?.[0]?.chartVersion, '6.0.7');
  });

  it('releases other values of the same version without asking for another chart', () => {
    const [line, ...lines] = recorded('05-values-change');
    const release = { ...line!, status: line!.status! };
    const statuses: HelmStatus[] = [];
    let status: HelmStatus = release.status;
    for (const step of script(release, 'success')) {
      status = step.change(status, { generation: 5, time: '2026-11-21T09:00:00Z' });
      statuses.push(status);
    }
    assert.deepEqual(
      statuses.map((one) => said(one, true)),
      lines.map((one) => said(one.status!, true)),
    );
  });

  it('says that it has uninstalled a release before its finalizer goes', () => {
    const lines = recorded('27-delete');
    const before = lines[11]!;
    const status = uninstalled(before).change(before.status!, { generation: 2, time: '2026-11-21T09:00:00Z' });
    assert.deepEqual(said(status, true), said(lines[12]!.status!, true));
  });
});
