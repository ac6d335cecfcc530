import assert from 'node:assert/strict';
import { healthySince } from '../../src/decision/health.ts';
import { toldOf } from '../../src/decision/told-of.ts';
import type { Fact } from '../../src/model/fact.ts';
import type { EnvironmentStatus, TargetStatus } from '../../src/model/pipeline-status.ts';
import { formatTime } from '../../src/model/time.ts';
import { anEnvironment, aPipeline, aTarget, isBack, isLost, isOpening, minutes } from '../support/builders.ts';
import { pullRequests, runs } from '../support/builders.ts';
import { given, saidOf } from '../support/given.ts';

const target = (cluster: string, since: number, ready: boolean, parts: Partial<TargetStatus> = {}): TargetStatus => ({
  clusterAppRef: { name: 'podinfo', cluster: `apps/${cluster}` },
  namespace: 'podinfo',
  ready,
  revision: '6.1.5',
  lastTransitionTime: formatTime(minutes(since)),
  ...parts,
});
const before = (...targets: TargetStatus[]): EnvironmentStatus => ({ revision: '6.1.5', targets });
const paused = target('eu', -10, false);

/** What the status says, what the objects of `eu` and `us` say (minutes before now that each has been healthy), and what is so. */
const table: readonly (readonly [string, EnvironmentStatus, readonly number[], number])[] = [
  ['nothing is remembered: what the objects say', {}, [-60, -20], -20],
  ['the status knows of a later beginning', { ...before(), healthySince: formatTime(minutes(-5)) }, [-60, -20], -5],
  ['it knows it of another revision', { revision: '6.1.4', healthySince: formatTime(minutes(-5)) }, [-60], -60],
  ['a target was paused, and its object does not tell', before(paused), [-60], 0],
  ['a target failed, and its object tells since when it is well', before(paused), [-3], -3],
  ['one was paused while another failed and got well', before(paused, target('us', -3, true)), [-60, -3], 0],
  ['one was paused and one is well', before(paused, target('us', -60, true)), [-60, -60], 0],
  ['the order of the targets is another now', before(target('us', -60, true), paused), [-60, -60], 0],
  ['one that was paused is no target any more', before(target('elsewhere', -10, false), paused), [-3, -60], -3],
  ['it was not healthy on another revision', before(target('eu', -10, false, { revision: '6.1.4' })), [-12], -12],
  ['it was out of sight', before(target('eu', -10, false, { error: 'lost' })), [-60], -60],
  [
    'a large Pipeline does not tell since when it was paused',
    before(target('eu', 0, false, { lastTransitionTime: undefined })),
    [-60],
    0,
  ],
];

describe('since when an environment is healthy', () => {
  for (const [name, status, told, expected] of table)
    it(name, () => {
      const targets = told.map((since, index) => ({
        cluster: `apps/${index === 0 ? 'eu' : 'us'}` as const,
        release: 'podinfo/podinfo' as const,
        observation: { healthySince: minutes(since) },
      }));
      assert.equal(
        healthySince(targets, '6.1.5', { status, told: toldOf(aPipeline(), status) }, minutes(0)),
        minutes(expected),
      );
    });
});

describe('a soak of an hour', () => {
  const soaking = { promotion: { ...pullRequests, soak: '1h' } };
  const healthy = runs('dev', '6.1.5', { ready: { since: minutes(0) }, deployed: { lastDeployed: minutes(0) } });
  const old = runs('prod', '6.1.4');
  const suspended = runs('dev', '6.1.5', {
    suspended: true,
    ready: { since: minutes(0) },
    deployed: { lastDeployed: minutes(0) },
  });
  const failing = runs('dev', '6.1.5', { ready: { status: 'False', reason: 'TestFailed', since: minutes(20) } });
  const well = runs('dev', '6.1.5', { ready: { since: minutes(30) }, deployed: { lastDeployed: minutes(0) } });

  /** What is seen at which minute, in order; and at which it ends, seen from the last of them. */
  const stories: readonly (readonly [
    string,
    readonly (readonly [minute: number, Fact | readonly Fact[]])[],
    ends: number,
  ])[] = [
    ['ends an hour after the release was well', [[10, healthy]], 60],
    [
      'is not begun again by a restart',
      [
        [10, healthy],
        [20, isOpening('dev', minutes(20))],
        [21, healthy],
      ],
      60,
    ],
    [
      'is not begun again by a lost cluster',
      [
        [10, healthy],
        [30, [healthy, isLost('dev', minutes(20))]],
        [40, [healthy, isBack('dev', minutes(40))]],
      ],
      60,
    ],
    [
      'is begun again by a break that a lost cluster hid, and its object tells of',
      [
        [10, healthy],
        [20, [healthy, isLost('dev', minutes(15))]],
        [40, well],
      ],
      90,
    ],
    [
      'is begun again by a failure',
      [
        [10, healthy],
        [20, failing],
        [30, well],
      ],
      90,
    ],
    [
      'is begun again by a pause, when that is over',
      [
        [10, healthy],
        [20, suspended],
        [30, healthy],
      ],
      90,
    ],
    [
      'is begun again by a pause, and then goes on',
      [
        [10, healthy],
        [20, suspended],
        [30, healthy],
        [50, healthy],
      ],
      90,
    ],
    [
      'is begun again by a pause, also over a restart',
      [
        [10, healthy],
        [20, suspended],
        [25, isOpening('dev', minutes(25))],
        [30, healthy],
      ],
      90,
    ],
    [
      'is begun again by another version',
      [
        [10, healthy],
        [20, runs('dev', '6.1.6', { deployed: { lastDeployed: minutes(20) } })],
      ],
      80,
    ],
    [
      'is not begun again by an object that was written anew and says the same',
      [
        [10, healthy],
        [20, [healthy, old]],
      ],
      60,
    ],
  ];
  for (const [name, looks, ends] of stories)
    it(name, () => {
      let pipeline = aPipeline(soaking);
      let wakeAt: number | undefined;
      for (const [minute, seen] of looks) {
        const facts = Array.isArray(seen) ? (seen as readonly Fact[]) : [seen as Fact];
        const { decision } = given(pipeline, old, facts).when(minutes(minute));
        ({ wakeAt } = decision);
        pipeline = aPipeline({ ...soaking, status: decision.status });
      }
      assert.equal((wakeAt! - minutes(0)) / 60_000, ends);
    });

  it('is begun by the newest of the targets, and by one that joins later', () => {
    const joined = {
      environments: [anEnvironment('dev', { targets: [aTarget('new'), aTarget('dev')] }), anEnvironment('prod')],
    };
    const late = runs('new', '6.1.5', { ready: { since: minutes(15) }, deployed: { lastDeployed: minutes(15) } });
    const first = given(aPipeline(soaking), healthy, old).when(minutes(10)).decision;
    const pipeline = aPipeline({ ...soaking, ...joined, generation: 2, status: first.status });
    const { decision } = given(pipeline, healthy, late, old).when(minutes(20));
    assert.equal(decision.wakeAt, minutes(75));
    assert.deepEqual(
      saidOf(decision, 'dev').targets?.map(({ lastTransitionTime }) => lastTransitionTime),
      [formatTime(minutes(20)), formatTime(minutes(10))],
      'each target keeps its own time',
    );
  });
});
