import assert from 'node:assert/strict';
import { decide, decideFrom } from '../../src/decision/decide.ts';
import { surveyOfStatus } from '../../src/decision/survey-status.ts';
import type { Fact } from '../../src/model/fact.ts';
import type { Environment } from '../../src/model/pipeline-spec.ts';
import type { DeploymentEntry } from '../../src/model/deployment-entry.ts';
import type { EnvironmentStatus, PromotionHistoryEntry } from '../../src/model/pipeline-status.ts';
import { formatTime } from '../../src/model/time.ts';
import { aFailure, aHelmRelease, aPipeline, minutes, pullRequests, start } from '../support/builders.ts';
import { retryDelays, worldOf } from '../support/given.ts';

interface Shape {
  readonly environments: number;
  readonly targets: number;
  /** The length of every name. */
  readonly names: number;
  /** Whether each target runs a version of its own. */
  readonly versions: 'one' | 'many';
  /** Whether the clusters are registered in another namespace than that of the Pipeline. */
  readonly elsewhere: boolean;
}
/** What is worst for a status: that all is well, that all fails, that no cluster is seen. */
type Case = 'well' | 'failing' | 'lost';

const version = (patch: number): string => `6.14.${patch}-rc.12+build.1234`;
const words = (length: number): string =>
  'Helm upgrade failed for release: timed out waiting. '.repeat(20).slice(0, length);

/** A Pipeline of a shape that remembers all that it can, with what is known of it. */
const aLarge = ({ environments, targets, names, versions, elsewhere }: Shape, how: Case) => {
  const long = (prefix: string): string => `${prefix}-`.padEnd(names, 'x');
  const [fleet, team, application] = [elsewhere ? long('fleet') : 'apps', long('team'), long('application')];
  const environmentNames = Array.from({ length: environments }, (_, index) => long(`e-${index}`));
  const clusterName = (environment: number, target: number): string => long(`c-${environment}-${target}`);

  const spec = environmentNames.map((name, index): Environment => ({
    name,
    targets: Array.from({ length: targets }, (_, target) => ({
      namespace: team,
      clusterRef: {
        kind: 'GitopsCluster',
        name: clusterName(index, target),
        ...(elsewhere ? { namespace: fleet } : {}),
      },
    })),
  }));
  // Of all that a promotion ends as, this is the longest: only one that has succeeded tells how long it took, and that without a reason.
  const ended = (index: number): PromotionHistoryEntry => ({
    revision: version(index),
    from: environmentNames[0]!,
    state: 'Failed',
    reason: 'DestinationFailed',
    retry: 12,
    startedAt: formatTime(start),
    finishedAt: formatTime(start),
  });
  const arrived = (number: number): DeploymentEntry => ({
    ...{ number: 1000 + number, revision: version(number), startedAt: formatTime(start), failedAt: formatTime(start) },
    ...{ finishedAt: formatTime(start), restoredAt: formatTime(start), closed: true },
  });
  const memory = (name: string): EnvironmentStatus => ({
    deployments: [arrived(2), arrived(1)],
    promotion: {
      ...ended(5),
      firstSettledAt: formatTime(start),
      state: 'Failed',
      message: words(300),
      attempts: 123,
      approval: { at: formatTime(start), by: 'somebody.with.a.long.name@a.long.domain.example.org' },
      lastAttemptedTime: formatTime(start),
      pullRequest: {
        url: `https://forge.example/${long('organisation')}/${long('configuration')}/pulls/12345`,
        number: 12345,
        branch: `promotions/${team}/${application}/${name}/${version(5)}=r12`,
        state: 'closed',
      },
    },
    history: Array.from({ length: 10 }, (_, index) => ended(index)),
  });
  const failing = { status: 'False', reason: 'UpgradeFailed', message: words(1000), since: start } as const;
  const factsOf = (environment: number, target: number): readonly Fact[] => {
    const cluster = `${fleet}/${clusterName(environment, target)}` as const;
    const revision = version(versions === 'one' ? environment : environment * 1000 + target);
    const ready = how === 'failing' ? { ready: failing } : { ready: { message: words(1000) } };
    const back = { attempted: version(5), lastAttemptedRevision: version(5), remediated: true };
    const failed = how === 'failing' ? back : {};
    const releases = [aHelmRelease({ key: `${team}/${application}`, revision, ...ready, ...failed })];
    const listed: Fact = { type: 'releases-listed', cluster, releases, at: minutes(-90) };
    if (how !== 'lost') return [listed];
    return [listed, { type: 'cluster-lost', cluster, failure: aFailure({ message: words(1000) }), at: minutes(-5) }];
  };

  const pipeline = aPipeline({
    appRef: { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', name: application },
    environments: spec,
    promotion: { ...pullRequests, manual: true },
    annotations: Object.fromEntries(environmentNames.map((name) => [`pipelines.weave.works/reject.${name}`, '6.1.7'])),
    status: { environments: Object.fromEntries(environmentNames.map((name) => [name, memory(name)])) },
  });
  const facts = spec.flatMap((environment, index) =>
    environment.targets.flatMap((_, target) => factsOf(index, target)),
  );
  return { pipeline, facts };
};

const sizesOf = (shape: Shape, how: Case) => {
  const { pipeline, facts } = aLarge(shape, how);
  const { status } = decide(pipeline, worldOf(facts), retryDelays, start);
  const size = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));
  return { status: size(status), whole: size({ ...pipeline, status }) };
};

describe('the size of a Pipeline', () => {
  for (const how of ['well', 'failing', 'lost'] as const) {
    it(`is under 200 kB of status for 20 environments of 50 targets, with the longest names, all ${how}`, () => {
      for (const versions of ['one', 'many'] as const) {
        const { status } = sizesOf({ environments: 20, targets: 50, names: 63, versions, elsewhere: true }, how);

        assert.ok(status < 200_000, `${status} bytes with ${versions} version in an environment`);
      }
    });

    // With longer names the spec alone is too large, and the API server says so.
    it(`is under the 1.5 MiB that etcd takes for 50 environments of 200 targets, with names of 12 letters, all ${how}`, () => {
      const { whole } = sizesOf({ environments: 50, targets: 200, names: 12, versions: 'one', elsewhere: false }, how);
      assert.ok(whole < 1.5 * 1024 * 1024, `${whole} bytes`);
    });
  }

  it('says of the few that are not ready, of many, which they are; of the others only that they are', () => {
    const { pipeline, facts } = aLarge(
      { environments: 2, targets: 60, names: 20, versions: 'one', elsewhere: true },
      'well',
    );
    const first = decide(pipeline, worldOf(facts), retryDelays, start).status.environments?.['e-0-xxxxxxxxxxxxxxxx'];
    assert.deepEqual(first?.targets?.slice(0, 2), [{ ready: true }, { ready: true }]);
    const suspended: Fact = {
      type: 'release-seen',
      cluster: 'fleet-xxxxxxxxxxxxxx/c-0-1-xxxxxxxxxxxxxx',
      release: aHelmRelease({
        key: 'team-xxxxxxxxxxxxxxx/application-xxxxxxxx',
        revision: version(0),
        suspended: true,
      }),
    };
    const next = decide(pipeline, worldOf([...facts, suspended]), retryDelays, start).status.environments;
    assert.deepEqual(next?.['e-0-xxxxxxxxxxxxxxxx']?.targets?.slice(0, 3), [
      { ready: true },
      {
        clusterAppRef: { name: 'application-xxxxxxxx', cluster: 'fleet-xxxxxxxxxxxxxx/c-0-1-xxxxxxxxxxxxxx' },
        namespace: 'team-xxxxxxxxxxxxxxx',
        ready: false,
        state: 'suspended',
        message: 'it is suspended',
        lastTransitionTime: formatTime(start),
      },
      { ready: true },
    ]);
  });

  it('loses nothing that a decision needs: a Pipeline of many targets is decided alike from its own status', () => {
    for (const how of ['well', 'failing', 'lost'] as const) {
      const { pipeline, facts } = aLarge(
        { environments: 3, targets: 50, names: 20, versions: 'one', elsewhere: true },
        how,
      );
      const world = worldOf(facts);
      const { status } = decide(pipeline, world, retryDelays, start);
      const written = { ...pipeline, status };
      const again = decide(written, world, retryDelays, start);
      assert.deepEqual(again.status, status);
      const surveys = surveyOfStatus(written, start);
      const certificates = { messages: [], until: undefined };
      const read = decideFrom(written, { surveys, certificates, askAgainAt: () => undefined }, retryDelays, start);
      assert.deepEqual(
        read.judgements.map(({ reason, revision }) => [reason, revision]),
        again.judgements.map(({ reason, revision }) => [reason, revision]),
      );
    }
  });
});
