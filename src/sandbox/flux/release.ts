import {
  attempted,
  awaitsTests,
  counted,
  fails,
  rolledBack,
  runs,
  stalls,
  starts,
  succeeds,
  tested,
  type Attempt,
} from './attempt.ts';
import { hookRecorded, recorded, rollbackRecorded, truncated } from './history.ts';
import { fields, observed, together, without, type StatusChange } from './status-change.ts';
import { at, fulfilling, waiting, type Step } from './step.ts';

/** What becomes of a chart version here. What remediates a failure is the release's own spec. */
export type ReleaseOutcome = 'success' | 'render-failure' | 'apply-failure' | 'timeout' | 'test-failure';

const invalidName = `ConfigMap "Not_A_Valid_Name" is invalid: metadata.name: Invalid value: "Not_A_Valid_Name": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`;

/** After the generation is observed: one more, empty reconcile. */
const secondReconcile = (end: StatusChange): readonly Step[] => [
  at(13, fulfilling),
  at(85, without('Reconciling'), end),
];

const recordedBy = (
  { release, version, action }: Attempt,
  outcome: 'deployed' | 'failed',
  duration: string,
): StatusChange =>
  together(
    recorded(release, version, action, outcome),
    fields({ lastAttemptedReleaseAction: action, lastAttemptedReleaseActionDuration: duration }),
  );

const success = function* (attempt: Attempt, moved: boolean): Generator<Step> {
  if (attempt.release.spec.test?.enable === true) {
    yield at(210, awaitsTests(attempt));
    yield at(8, recordedBy(attempt, 'deployed', '203.316922ms'));
    yield at(10, runs(attempt, 'test'));
    yield at(111, tested(attempt, true, '1 test hook completed successfully'));
    yield at(6, hookRecorded('Succeeded'));
  } else {
    yield at(210, succeeds(attempt));
    yield at(2, recordedBy(attempt, 'deployed', '203.316922ms'));
  }
  yield at(7, without('Reconciling'));
  yield at(3, truncated, observed);
  if (moved && attempt.action === 'upgrade') yield* secondReconcile((status) => status);
};

const testFailure = function* (attempt: Attempt): Generator<Step> {
  yield at(232, awaitsTests(attempt));
  yield at(9, recordedBy(attempt, 'deployed', '221.776748ms'));
  yield at(12, runs(attempt, 'test'));
  const hook = `Hook test ${attempt.release.spec.chart?.spec.chart ?? ''}/templates/tests/test.yaml`;
  yield at(165, tested(attempt, false, `warning: ${hook} failed: ${invalidName}`));
  yield at(6, hookRecorded('Failed'), counted(attempt, 1, true));
  yield at(31, stalls(attempt, 1));
  yield at(7, observed);
  yield* secondReconcile(stalls(attempt, 1));
};

/** Without an end: nothing was released, so nothing is remediated, and it is tried again ever later. */
const renderFailure = function* (attempt: Attempt): Generator<Step> {
  const chart = attempt.release.spec.chart?.spec.chart ?? '';
  const why = `execution error at (${chart}/templates/broken.yaml:1:3): replicaCount is required`;
  const duration = fields({
    lastAttemptedReleaseActionDuration: '97.91813ms',
    lastAttemptedReleaseAction: attempt.action,
  });
  for (let tries = 1; ; tries++) {
    if (tries > 1) {
      yield waiting(tries === 2 ? 11 : Math.min(1500 * 2 ** (tries - 3), 900_000), fulfilling);
      yield at(30, starts(attempt));
    }
    yield at(106, fails(attempt, why));
    yield at(8, duration, counted(attempt, Math.max(1, tries - 1), false)); // the second try was not counted
  }
};

/** Helm made a revision that failed; with remediation it is rolled back, and tried again as often as the spec says. */
const releaseFailure = function* (attempt: Attempt, why: string, took: number): Generator<Step> {
  const { retries = 0, remediateLastFailure = retries > 0 } = attempt.release.spec.upgrade?.remediation ?? {};
  const rollback = attempt.action === 'upgrade' && remediateLastFailure;
  for (let tries = 1; tries <= retries + 1; tries++) {
    const last = tries === retries + 1;
    if (tries > 1) {
      yield waiting(10_000, fulfilling);
      yield at(19, starts(attempt));
      yield at(5, attempted(attempt));
    }
    yield at(took, fails(attempt, why));
    yield at(5, recordedBy(attempt, 'failed', `${took}.042608ms`), counted(attempt, tries, true));
    if (rollback) {
      yield at(10, runs(attempt, 'rollback'));
      yield at(4, truncated);
      yield at(148, rolledBack(attempt, !last), ...(last ? [stalls(attempt, tries)] : []));
      yield at(10, rollbackRecorded, ...(last ? [observed] : []));
    } else if (last) {
      yield at(8, stalls(attempt, tries));
      yield at(6, observed);
      yield* secondReconcile(stalls(attempt, tries));
    }
  }
};

/** The steps from the start of Helm's action to its end; `moved` says that the chart, and not only its values, is new. */
export const release = (attempt: Attempt, outcome: ReleaseOutcome, moved: boolean): Iterable<Step> => {
  switch (outcome) {
    case 'success':
      return success(attempt, moved);
    case 'render-failure':
      return renderFailure(attempt);
    case 'apply-failure':
      return releaseFailure(attempt, `failed to create resource: ${invalidName}`, 240);
    case 'timeout':
      return releaseFailure(attempt, `timeout waiting for: [Deployment/${attempt.name} status: 'InProgress']`, 15_306);
    case 'test-failure':
      return testFailure(attempt);
  }
};
