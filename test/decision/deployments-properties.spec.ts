import assert from 'node:assert/strict';
import fc from 'fast-check';
import { hear } from '../../src/decision/hear.ts';
import type { Deployment } from '../../src/model/deployment.ts';
import type { Fact } from '../../src/model/fact.ts';
import type { FluxEvent } from '../../src/model/flux-event.ts';
import type { HelmRelease } from '../../src/model/helm-release.ts';
import type { WebhookEvidence } from '../../src/model/pipeline-status.ts';
import {
  aFailure,
  aHelmRelease,
  anEnvironment,
  aPipeline,
  clusterNamed,
  minutes,
  runs,
  seconds,
} from '../support/builders.ts';
import { deploymentInWords, deploymentLife } from '../support/deployment-life.ts';

const cluster = clusterNamed('dev');
const environments = [anEnvironment('dev')];

/** What somebody does to a release, ten minutes after the last thing. */
type Deed =
  | { readonly type: 'deploy'; readonly version: string; readonly ends: 'well' | 'failed' | 'rolled back' }
  | { readonly type: 'uninstall' | 'values' | 'suspend' | 'quiet' };

const anyDeed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('deploy' as const),
      version: fc.constantFrom('6.1.3', '6.1.5', '6.1.6', '6.2.0'),
      ends: fc.constantFrom('well' as const, 'well' as const, 'failed' as const, 'rolled back' as const),
    }),
  },
  fc.record({ type: fc.constantFrom('uninstall' as const, 'values' as const, 'suspend' as const, 'quiet' as const) }),
);

/** A state of the release as the watch shows it and, where Flux sends one, the event of the same moment. */
interface Moment {
  readonly at: number;
  readonly release: HelmRelease | undefined;
  readonly event?: FluxEvent;
}

const settled = (version: string, at: number): HelmRelease =>
  aHelmRelease({ revision: version, ready: { since: at }, deployed: { lastDeployed: at } });
const unsettled = (
  runsNow: string | undefined,
  version: string,
  ready: Partial<HelmRelease['ready']>,
  at: number,
): HelmRelease => {
  const parts = { attempted: version, lastAttemptedRevision: version, observedGeneration: 2 };
  const release = aHelmRelease({ revision: runsNow ?? version, ...parts, ready: { ...ready, since: at } });
  return runsNow === undefined ? { ...release, deployed: undefined } : release;
};
const event = (at: number, reason: string, revision: string): FluxEvent => ({
  ...{ kind: 'HelmRelease', name: 'podinfo', namespace: 'podinfo', at, message: reason, reason, revision },
  ...{ severity: reason.endsWith('Failed') ? 'error' : 'info', cluster: undefined },
});

/** What a release goes through, and what of it is a deployment. */
interface Tale {
  readonly moments: Moment[];
  readonly expected: string[];
  running: string | undefined;
  failing: string | undefined;
}

const rollBack = ({ moments, expected, running }: Tale, version: string, at: number): void => {
  if (running === undefined) return;
  expected.push(`dev: rolledback ${version} to ${running}`);
  const ready = { status: 'False', reason: 'RollbackSucceeded' } as const;
  const release = { ...unsettled(running, version, ready, at), remediated: true };
  moments.push({ at, release, event: event(at, 'RollbackSucceeded', running) });
};

const deploy = (tale: Tale, { version, ends }: Extract<Deed, { type: 'deploy' }>, at: number): void => {
  const { moments, expected, running } = tale;
  const [first, last] = [at + 1000, at + 60_000];
  const well = ends === 'well' || version === running;
  const said = `dev: ${well ? 'succeeded' : 'failed'} ${version}${running === undefined ? '' : ` after ${running}`}`;
  if (version !== running) expected.push(said);
  const begins = unsettled(running, version, { status: 'Unknown', reason: 'Progressing' }, first);
  moments.push({ at: first, release: begins });
  const reason = `${running === undefined ? 'Install' : 'Upgrade'}${well ? 'Succeeded' : 'Failed'}`;
  const ended = well ? settled(version, last) : unsettled(running, version, { status: 'False', reason }, last);
  moments.push({ at: last, release: ended, event: event(last, reason, version) });
  if (ends === 'rolled back' && !well) rollBack(tale, version, last);
  Object.assign(tale, well ? { running: version, failing: undefined } : { failing: version });
};

const uninstall = (tale: Tale, at: number): void => {
  const there = tale.running ?? tale.failing;
  if (there === undefined) return;
  tale.moments.push({ at, release: undefined, event: event(at, 'UninstallSucceeded', there) });
  Object.assign(tale, { running: undefined, failing: undefined });
};

/** Nothing of this is a deployment. */
const stay = ({ moments, running, failing }: Tale, type: Deed['type'], at: number): void => {
  if (running === undefined || failing !== undefined) return;
  const release = settled(running, at);
  const again = type === 'values' ? { event: event(at, 'UpgradeSucceeded', running) } : {};
  const seen = type === 'suspend' ? { ...release, suspended: true } : release;
  moments.push({ at, release: seen, ...again }, { at: at + 1000, release });
};

const played = (deeds: readonly Deed[]): Pick<Tale, 'moments' | 'expected'> => {
  const tale: Tale = { moments: [], expected: [], running: '6.1.4', failing: undefined };
  for (const [index, deed] of deeds.entries()) {
    const at = minutes(10 * (index + 1));
    if (deed.type === 'uninstall') uninstall(tale, at);
    else if (deed.type !== 'deploy') stay(tale, deed.type, at);
    // What has failed and is tried again is one deployment: that is in the table.
    else if (deed.version !== tale.failing) deploy(tale, deed, at);
  }
  return tale;
};

const seenFact = (release: HelmRelease | undefined): Fact =>
  release ? { type: 'release-seen', cluster, release } : { type: 'release-gone', cluster, release: 'podinfo/podinfo' };
const listed = (release: HelmRelease | undefined, at: number): Fact => ({
  type: 'releases-listed',
  cluster,
  releases: release ? [release] : [],
  at,
});

/** What happens to Leafwatch after a moment: nothing, or something that must not matter. */
const disturbance = fc.constantFrom(
  'nothing',
  'nothing',
  'look',
  'relist',
  'restart',
  'lost',
  'lost over a restart',
  'repeat',
);
type Disturbance = 'nothing' | 'look' | 'relist' | 'restart' | 'lost' | 'lost over a restart' | 'repeat';

const watched = (moments: readonly Moment[], disturbances: readonly string[]): readonly Deployment[] => {
  const life = deploymentLife(aPipeline({ environments }));
  life.learn(runs('dev', '6.1.4'));
  const told = [...life.look(seconds(0))];
  for (const [index, { at, release }] of moments.entries()) {
    life.learn(seenFact(release));
    told.push(...life.look(at));
    const lost: Fact = { type: 'cluster-lost', cluster, failure: aFailure(), at };
    switch ((disturbances[index] ?? 'nothing') as Disturbance) {
      case 'nothing':
        break;
      case 'repeat':
        life.learn(seenFact(release));
        break;
      case 'relist':
        life.learn(listed(release, at));
        break;
      case 'restart':
        life.restart(listed(release, at));
        break;
      case 'lost':
        life.learn(lost);
        told.push(...life.look(at + 40_000));
        life.learn(listed(release, at + 40_000));
        break;
      case 'lost over a restart':
        life.restart({ type: 'cluster-opening', cluster, at });
        told.push(...life.look(at + 40_000));
        life.learn(listed(release, at + 40_000));
        break;
      case 'look':
    }
    told.push(...life.look(at + 41_000));
  }
  return told;
};

/** As signed events tell: each may come several times, and old ones again later. */
const heard = (moments: readonly Moment[], repeats: readonly number[]): readonly Deployment[] => {
  const life = deploymentLife(aPipeline({ environments }));
  const events = moments.flatMap((moment) => (moment.event ? [moment.event] : []));
  const first = event(seconds(0), 'InstallSucceeded', '6.1.4');
  let evidence: WebhookEvidence | undefined;
  return [first, ...events].flatMap((newest, index) => {
    const old = events[Math.min(repeats[index] ?? index, index)] ?? newest;
    return [newest, newest, old].flatMap((each) => {
      evidence = hear(each, evidence) ?? evidence;
      if (evidence) life.hear('dev', evidence);
      life.restart();
      return life.look(newest.at + 500);
    });
  });
};

const ended = (deployments: readonly Deployment[]): readonly string[] =>
  deployments.filter(({ status }) => status !== 'progressing').map(deploymentInWords);

const numRuns = Number(process.env['LEAFWATCH_SEEDS'] ?? 100);
const deeds = fc.array(anyDeed, { maxLength: 12 });

describe('deployments, whatever happens', () => {
  it('are told by a watch once for each status, whatever is repeated, listed anew, lost or started anew', () => {
    fc.assert(
      fc.property(deeds, fc.array(disturbance, { maxLength: 40 }), (done, disturbances) => {
        const { moments, expected } = played(done);
        const told = watched(moments, disturbances);
        assert.deepEqual(ended(told), expected);
        assert.deepEqual(told, watched(moments, []));
        const keys = told.map(({ id, status }) => `${id} ${status}`);
        assert.equal(new Set(keys).size, keys.length);
      }),
      { numRuns },
    );
  });

  it('are the same by signed events alone, whatever is repeated', () => {
    fc.assert(
      fc.property(deeds, fc.array(fc.nat(12), { maxLength: 40 }), (done, repeats) => {
        const { moments, expected } = played(done);
        const told = heard(moments, repeats);
        assert.deepEqual(ended(told), ['dev: succeeded 6.1.4', ...expected]);
        const keys = told.map(({ id, status }) => `${id} ${status}`);
        assert.equal(new Set(keys).size, keys.length);
      }),
      { numRuns },
    );
  });
});
