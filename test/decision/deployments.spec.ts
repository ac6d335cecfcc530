import assert from 'node:assert/strict';
import { changes } from '../../src/decision/changes.ts';
import type { Deployment } from '../../src/model/deployment.ts';
import type { Fact } from '../../src/model/fact.ts';
import type { WebhookEvidence } from '../../src/model/pipeline-status.ts';
import { formatTime } from '../../src/model/time.ts';
import {
  aHelmRelease,
  anEnvironment,
  aPipeline,
  aTarget,
  clusterNamed,
  isEmpty,
  isLost,
  isOpening,
} from '../support/builders.ts';
import { minutes, runs, seconds, start, thenRuns, type PipelineParts } from '../support/builders.ts';
import { deploymentInWords, deploymentLife } from '../support/deployment-life.ts';

const dev = { environments: [anEnvironment('dev')] };
const wide = { environments: [anEnvironment('dev', { targets: [aTarget('eu'), aTarget('us')] })] };

/** A release on its way to a version, while the one before still runs. */
const goesTo = (version: string, runsNow: string, cluster = 'dev'): Fact =>
  thenRuns(cluster, runsNow, {
    ...{ attempted: version, lastAttemptedRevision: version, observedGeneration: 2 },
    ready: { status: 'Unknown', reason: 'Progressing', message: 'upgrading', since: seconds(1) },
  });
const failsOn = (version: string, runsNow: string, cluster = 'dev', remediated = false): Fact =>
  thenRuns(cluster, runsNow, {
    ...{ attempted: version, lastAttemptedRevision: version, remediated },
    ready: { status: 'False', reason: 'UpgradeFailed', message: 'timed out', since: seconds(61) },
  });
const rolledBackAt = (at: number, cluster: string): Fact =>
  thenRuns(cluster, '6.1.4', {
    ...{ attempted: '6.1.5', lastAttemptedRevision: '6.1.5', remediated: true },
    ready: { status: 'False', reason: 'RollbackSucceeded', message: 'rolled back', since: at },
  });
const settlesOn = (version: string, at = seconds(15), cluster = 'dev'): Fact =>
  thenRuns(cluster, version, {
    ready: { since: at },
    deployed: { lastDeployed: at, appVersion: `v${version}` },
    took: 14_000,
  });
const suspended = (version: string): Fact => thenRuns('dev', version, { suspended: true });
const gone: Fact = { type: 'release-gone', cluster: clusterNamed('dev'), release: 'podinfo/podinfo' };
const created: Fact = {
  type: 'release-seen',
  cluster: clusterNamed('dev'),
  release: {
    ...aHelmRelease({ uid: 'another', observedGeneration: -1, generation: 1 }),
    ...{ deployed: undefined, ready: undefined, attempted: undefined, lastAttemptedRevision: undefined },
  },
};
/** A first install that has failed, and of which nothing is left. */
const takenAway: Fact = {
  type: 'release-seen',
  cluster: clusterNamed('dev'),
  release: {
    ...aHelmRelease({
      ...{ attempted: '6.1.4', lastAttemptedRevision: '6.1.4', remediated: true },
      ready: { status: 'False', reason: 'UninstallSucceeded', message: 'uninstalled', since: seconds(61) },
    }),
    deployed: undefined,
  },
};
const restarted = 'a restart';
type Step = Fact | readonly Fact[] | typeof restarted;

/** What is told when each step is decided on, a second after the other, twice. */
const story = (parts: PipelineParts, steps: readonly Step[]): readonly Deployment[] => {
  const life = deploymentLife(aPipeline(parts));
  return steps.flatMap((step, index) => {
    if (step === restarted) life.restart();
    else life.learn(...[step].flat());
    const at = minutes(index);
    return [...life.look(at), ...life.look(at)];
  });
};

const runsOld = runs('dev', '6.1.4');

const table: readonly (readonly [
  name: string,
  parts: PipelineParts,
  steps: readonly Step[],
  told: readonly string[],
])[] = [
  ['what was settled at first sight is none', dev, [runsOld], []],
  [
    'a version that comes',
    dev,
    [runsOld, goesTo('6.1.5', '6.1.4'), settlesOn('6.1.5')],
    ['dev: progressing 6.1.5 after 6.1.4', 'dev: succeeded 6.1.5 after 6.1.4'],
  ],
  ['one of which only the end is seen', dev, [runsOld, settlesOn('6.1.5')], ['dev: succeeded 6.1.5 after 6.1.4']],
  [
    'one of which the status was written between history and generation',
    dev,
    [runsOld, goesTo('6.1.5', '6.1.4'), goesTo('6.1.5', '6.1.5'), settlesOn('6.1.5')],
    ['dev: progressing 6.1.5 after 6.1.4', 'dev: succeeded 6.1.5 after 6.1.4'],
  ],
  [
    'one that is under way at first sight',
    dev,
    [[runsOld, goesTo('6.1.5', '6.1.4')], settlesOn('6.1.5')],
    ['dev: progressing 6.1.5 after 6.1.4', 'dev: succeeded 6.1.5 after 6.1.4'],
  ],
  [
    'one that has failed at first sight, once',
    dev,
    [[runsOld, failsOn('6.1.5', '6.1.4')], goesTo('6.1.5', '6.1.4'), failsOn('6.1.5', '6.1.4')],
    ['dev: failed 6.1.5 after 6.1.4'],
  ],
  [
    'a failure that is tried again and succeeds',
    dev,
    [
      runsOld,
      goesTo('6.1.5', '6.1.4'),
      failsOn('6.1.5', '6.1.4'),
      goesTo('6.1.5', '6.1.4'),
      failsOn('6.1.5', '6.1.4'),
      settlesOn('6.1.5'),
    ],
    ['dev: progressing 6.1.5 after 6.1.4', 'dev: failed 6.1.5 after 6.1.4', 'dev: succeeded 6.1.5 after 6.1.4'],
  ],
  [
    'a rollback is told of the version that failed',
    dev,
    [runsOld, goesTo('6.1.5', '6.1.4'), failsOn('6.1.5', '6.1.4'), failsOn('6.1.5', '6.1.4', 'dev', true)],
    ['dev: progressing 6.1.5 after 6.1.4', 'dev: failed 6.1.5 after 6.1.4', 'dev: rolledback 6.1.5 to 6.1.4'],
  ],
  [
    'a rollback before which the failure was not seen tells of both',
    dev,
    [runsOld, restarted, failsOn('6.1.5', '6.1.4', 'dev', true)],
    ['dev: failed 6.1.5 after 6.1.4', 'dev: rolledback 6.1.5 to 6.1.4'],
  ],
  [
    'what is rolled back, tried again and rolled back again is told once',
    dev,
    [
      runsOld,
      failsOn('6.1.5', '6.1.4', 'dev', true),
      goesTo('6.1.5', '6.1.4'),
      restarted,
      failsOn('6.1.5', '6.1.4'),
      failsOn('6.1.5', '6.1.4', 'dev', true),
    ],
    ['dev: failed 6.1.5 after 6.1.4', 'dev: rolledback 6.1.5 to 6.1.4'],
  ],
  [
    'what is rolled back, tried again and succeeds has succeeded',
    dev,
    [runsOld, failsOn('6.1.5', '6.1.4', 'dev', true), goesTo('6.1.5', '6.1.4'), settlesOn('6.1.5')],
    ['dev: failed 6.1.5 after 6.1.4', 'dev: rolledback 6.1.5 to 6.1.4', 'dev: succeeded 6.1.5 after 6.1.4'],
  ],
  [
    'what fails its tests and is rolled back goes back to what ran before',
    dev,
    [runsOld, goesTo('6.1.5', '6.1.4'), failsOn('6.1.5', '6.1.5'), failsOn('6.1.5', '6.1.4', 'dev', true)],
    ['dev: progressing 6.1.5 after 6.1.4', 'dev: failed 6.1.5 after 6.1.4', 'dev: rolledback 6.1.5 to 6.1.4'],
  ],
  [
    'a rollback past a version that stayed though it had failed says what runs again',
    dev,
    [runsOld, failsOn('6.1.5', '6.1.5'), failsOn('6.1.6', '6.1.4', 'dev', true)],
    ['dev: failed 6.1.5 after 6.1.4', 'dev: failed 6.1.6 after 6.1.5', 'dev: rolledback 6.1.6 to 6.1.4'],
  ],
  [
    'an uninstall that takes back a failed install is no rollback',
    dev,
    [isEmpty('dev'), takenAway],
    ['dev: failed 6.1.4'],
  ],
  [
    'values that are rolled back are none: the version is what is deployed',
    dev,
    [runsOld, failsOn('6.1.4', '6.1.4', 'dev', true)],
    [],
  ],
  [
    'going back to what runs after a failure is none',
    dev,
    [runsOld, failsOn('6.1.5', '6.1.4', 'dev', true), settlesOn('6.1.4')],
    ['dev: failed 6.1.5 after 6.1.4', 'dev: rolledback 6.1.5 to 6.1.4'],
  ],
  [
    'what was rolled back, is left and comes again is another one, rolled back again',
    dev,
    [
      runsOld,
      failsOn('6.1.5', '6.1.4', 'dev', true),
      settlesOn('6.1.4'),
      failsOn('6.1.5', '6.1.4'),
      failsOn('6.1.5', '6.1.4', 'dev', true),
    ],
    [
      'dev: failed 6.1.5 after 6.1.4',
      'dev: rolledback 6.1.5 to 6.1.4',
      'dev: failed 6.1.5 after 6.1.4',
      'dev: rolledback 6.1.5 to 6.1.4',
    ],
  ],
  [
    'a version that fails, is left and comes again is another one',
    dev,
    [runsOld, failsOn('6.1.5', '6.1.4'), settlesOn('6.1.4'), failsOn('6.1.5', '6.1.4')],
    ['dev: failed 6.1.5 after 6.1.4', 'dev: failed 6.1.5 after 6.1.4'],
  ],
  ['an older version is one like any other', dev, [runsOld, settlesOn('6.1.3')], ['dev: succeeded 6.1.3 after 6.1.4']],
  [
    'the same version with other values is none',
    dev,
    [runsOld, goesTo('6.1.4', '6.1.4'), settlesOn('6.1.4', seconds(99))],
    [],
  ],
  ['a failure with the version that runs is none', dev, [runsOld, failsOn('6.1.4', '6.1.4'), settlesOn('6.1.4')], []],
  ['a suspension is none, and neither is its end', dev, [runsOld, suspended('6.1.4'), settlesOn('6.1.4')], []],
  [
    'a suspension in between hides nothing',
    dev,
    [runsOld, goesTo('6.1.5', '6.1.4'), suspended('6.1.4'), settlesOn('6.1.5')],
    ['dev: progressing 6.1.5 after 6.1.4', 'dev: succeeded 6.1.5 after 6.1.4'],
  ],
  ['an uninstall is none', dev, [runsOld, gone], []],
  ['the same version after an uninstall is one', dev, [runsOld, gone, settlesOn('6.1.4')], ['dev: succeeded 6.1.4']],
  [
    'a release that is made again is one, with the same version',
    dev,
    [runsOld, created, settlesOn('6.1.4')],
    ['dev: succeeded 6.1.4'],
  ],
  ['the first install', dev, [isEmpty('dev'), created, settlesOn('6.1.4')], ['dev: succeeded 6.1.4']],
  ['a list anew is none', dev, [runsOld, runsOld], []],
  ['a restart is none', dev, [runsOld, restarted, runsOld], []],
  [
    'what came while nobody looked is one',
    dev,
    [runsOld, restarted, runs('dev', '6.1.5')],
    ['dev: succeeded 6.1.5 after 6.1.4'],
  ],
  ['a cluster that is lost and comes back is none', dev, [runsOld, isLost('dev', minutes(-5)), runsOld], []],
  [
    'what came to a lost cluster is one',
    dev,
    [runsOld, isLost('dev', minutes(-5)), runs('dev', '6.1.5')],
    ['dev: succeeded 6.1.5 after 6.1.4'],
  ],
  [
    'what was seen just before a cluster was lost is told once',
    dev,
    [runsOld, [settlesOn('6.1.5'), isLost('dev', minutes(-5))], runs('dev', '6.1.5')],
    ['dev: succeeded 6.1.5 after 6.1.4'],
  ],
  [
    'a cluster that is lost over a restart and comes back is none',
    dev,
    [runsOld, [], restarted, isOpening('dev', minutes(-5)), runsOld],
    [],
  ],
  [
    'what came to a cluster that was lost over a restart is one',
    dev,
    [runsOld, restarted, isOpening('dev', minutes(-5)), runs('dev', '6.1.5')],
    ['dev: succeeded 6.1.5 after 6.1.4'],
  ],
  [
    'what came to a cluster whose registration was taken away is one',
    dev,
    [runsOld, { type: 'cluster-closed', cluster: clusterNamed('dev') }, runs('dev', '6.1.5')],
    ['dev: succeeded 6.1.5 after 6.1.4'],
  ],
  [
    'a cluster that is seen only later tells of nothing that was there',
    dev,
    [isOpening('dev', minutes(-5)), runsOld],
    [],
  ],
  [
    'what is under way when a cluster is lost ends once',
    dev,
    [
      runsOld,
      goesTo('6.1.5', '6.1.4'),
      isLost('dev', minutes(-5)),
      restarted,
      isOpening('dev', minutes(-5)),
      runs('dev', '6.1.5'),
    ],
    ['dev: progressing 6.1.5 after 6.1.4', 'dev: succeeded 6.1.5 after 6.1.4'],
  ],
  [
    'each target has its own',
    wide,
    [
      [runs('eu', '6.1.4'), runs('us', '6.1.4')],
      settlesOn('6.1.5', seconds(15), 'eu'),
      settlesOn('6.1.5', seconds(99), 'us'),
    ],
    ['dev in apps/eu: succeeded 6.1.5 after 6.1.4', 'dev in apps/us: succeeded 6.1.5 after 6.1.4'],
  ],
  [
    'while another cluster has only just been lost it is not told yet',
    wide,
    [
      [runs('eu', '6.1.4'), runs('us', '6.1.4')],
      [isLost('us', minutes(1)), settlesOn('6.1.5', seconds(15), 'eu')],
    ],
    [],
  ],
  [
    'and is told when that is over',
    wide,
    [[runs('eu', '6.1.4'), runs('us', '6.1.4')], [isLost('us', minutes(1)), settlesOn('6.1.5', seconds(15), 'eu')], []],
    ['dev in apps/eu: succeeded 6.1.5 after 6.1.4'],
  ],
];

describe('deployments', () => {
  for (const [name, parts, steps, expected] of table)
    it(name, () => {
      const told = story(parts, steps);
      assert.deepEqual(told.map(deploymentInWords), expected);
    });

  it('have one id for one deployment, and another for each other one', () => {
    const again = [
      runsOld,
      goesTo('6.1.5', '6.1.4'),
      settlesOn('6.1.5'),
      settlesOn('6.1.4', seconds(30)),
      settlesOn('6.1.5', seconds(60)),
    ];
    const ids = story(dev, again).map(({ id }) => id);
    assert.equal(ids.length, 4);
    assert.equal(ids[0], ids[1]);
    assert.equal(new Set(ids).size, 3);
    const uninstalled = [runsOld, settlesOn('6.1.5'), gone, settlesOn('6.1.5', seconds(60))];
    assert.equal(new Set(story(dev, uninstalled).map(({ id }) => id)).size, 2);
    const left = [runsOld, failsOn('6.1.5', '6.1.4'), settlesOn('6.1.4'), failsOn('6.1.5', '6.1.4')];
    assert.equal(new Set(story(dev, left).map(({ id }) => id)).size, 2);
    const both = story(wide, [
      [runs('eu', '6.1.4'), runs('us', '6.1.4')],
      settlesOn('6.1.5', seconds(15), 'eu'),
      settlesOn('6.1.5', seconds(99), 'us'),
    ]);
    assert.equal(new Set(both.map(({ id }) => id)).size, 2);
    const [one, other] = ['uid-1', 'uid-2'].map((uid) => story({ ...dev, uid }, [runsOld, settlesOn('6.1.5')])[0]?.id);
    assert.notEqual(one, other);
  });

  it('hold the whole record', () => {
    const [progressing, succeeded] = story(dev, [runsOld, goesTo('6.1.5', '6.1.4'), settlesOn('6.1.5')]);
    const { id } = succeeded!;
    assert.match(id, /^[0-9a-f]{32}$/);
    const common = {
      ...{ id, pipeline: 'apps/podinfo', application: 'podinfo', version: '6.1.5', previous: '6.1.4' },
      ...{ environment: 'dev', cluster: 'apps/dev', namespace: 'podinfo', name: 'podinfo', detectedBy: 'Watch' },
    };
    const startedAt = formatTime(seconds(1));
    assert.deepEqual(progressing, { ...common, status: 'progressing', startedAt });
    assert.deepEqual(succeeded, {
      ...{ ...common, appVersion: 'v6.1.5', status: 'succeeded', startedAt },
      ...{ finishedAt: formatTime(seconds(15)), duration: 14_000 },
    });
    const [, failed] = story(dev, [runsOld, goesTo('6.1.5', '6.1.4'), failsOn('6.1.5', '6.1.4')]);
    assert.deepEqual(failed, {
      ...{ ...common, status: 'failed', message: 'timed out', startedAt },
      ...{ finishedAt: formatTime(seconds(61)), duration: 60_000 },
    });
    const back = [runsOld, goesTo('6.1.5', '6.1.4'), failsOn('6.1.5', '6.1.4', 'dev', true)];
    const [, , rolledBack] = story(dev, back);
    assert.deepEqual(rolledBack, {
      ...{ ...common, status: 'rolledback', startedAt, finishedAt: formatTime(seconds(61)) },
    });
  });

  it('follow their targets when these are moved in the spec', () => {
    const life = deploymentLife(aPipeline(wide));
    life.learn(runs('eu', '6.1.4'), runs('us', '6.1.4'));
    life.look(start);
    life.learn(failsOn('6.1.5', '6.1.4', 'us'));
    assert.equal(life.look(start).length, 1);
    life.change({ environments: [anEnvironment('dev', { targets: [aTarget('us'), aTarget('eu')] })] });
    assert.deepEqual(life.look(minutes(1)), []);
    assert.deepEqual(life.entries('dev')[0]?.failed, [0]);
    life.change({ environments: [anEnvironment('dev', { targets: [aTarget('eu')] })] });
    assert.deepEqual(life.look(minutes(2)), []);
    assert.equal(life.entries('dev')[0]?.failed, undefined);
  });

  const event = (evidence: Partial<WebhookEvidence>): WebhookEvidence => ({
    ...{ revision: '6.1.5', attempted: '6.1.5', succeeded: true, reason: 'UpgradeSucceeded', message: 'upgraded' },
    at: formatTime(seconds(15)),
    ...evidence,
  });
  const [before, failure] = [
    event({ revision: '6.1.4', attempted: '6.1.4', at: formatTime(start) }),
    { succeeded: false, reason: 'UpgradeFailed', message: 'timed out' },
  ];
  const rolledBack = event({ ...failure, revision: '6.1.4', reason: 'RollbackSucceeded' });
  const unheard: WebhookEvidence = { ...rolledBack, attempted: undefined };
  const uninstalled: WebhookEvidence = { ...failure, reason: 'UninstallSucceeded', at: formatTime(seconds(20)) };
  const heard: readonly (readonly [string, readonly WebhookEvidence[], readonly string[]])[] = [
    ['the first that is heard', [event({})], ['dev: succeeded 6.1.5']],
    ['a version that comes', [before, event({})], ['dev: succeeded 6.1.4', 'dev: succeeded 6.1.5 after 6.1.4']],
    ['the same version again is none', [before, { ...before, at: formatTime(seconds(9)) }], ['dev: succeeded 6.1.4']],
    [
      'a failure',
      [before, event({ ...failure, revision: '6.1.4' })],
      ['dev: succeeded 6.1.4', 'dev: failed 6.1.5 after 6.1.4'],
    ],
    [
      'a failure and its rollback are one deployment',
      [before, event({ ...failure, revision: '6.1.4' }), rolledBack, rolledBack],
      ['dev: succeeded 6.1.4', 'dev: failed 6.1.5 after 6.1.4', 'dev: rolledback 6.1.5 to 6.1.4'],
    ],
    [
      'what was told to have succeeded, fails its tests and is rolled back',
      [before, event({}), event(failure), rolledBack],
      ['dev: succeeded 6.1.4', 'dev: succeeded 6.1.5 after 6.1.4', 'dev: rolledback 6.1.5 to 6.1.4'],
    ],
    ['a rollback whose failure was not heard is none', [unheard], []],
    [
      'a rollback whose failure was not heard is none, and what comes after it is one',
      [before, event({}), unheard, event({})],
      ['dev: succeeded 6.1.4', 'dev: succeeded 6.1.5 after 6.1.4', 'dev: succeeded 6.1.5 after 6.1.4'],
    ],
    [
      'an uninstall is none, and what comes after it is one',
      [before, uninstalled, event({ revision: '6.1.4' })],
      ['dev: succeeded 6.1.4', 'dev: succeeded 6.1.4'],
    ],
  ];
  for (const [name, told, expected] of heard)
    it(`by signed events alone: ${name}`, () => {
      const life = deploymentLife(aPipeline(dev));
      life.look(start);
      const deployments = told.flatMap((evidence, index) => {
        life.hear('dev', evidence);
        life.restart();
        return [...life.look(minutes(index)), ...life.look(minutes(index))];
      });
      assert.deepEqual(deployments.map(deploymentInWords), expected);
      assert.equal(new Set(deployments.map(({ id, status }) => `${id} ${status}`)).size, deployments.length);
      assert.ok(deployments.every(({ detectedBy }) => detectedBy === 'Webhook'));
    });

  it('are not told again when a cluster that was heard of is watched', () => {
    const life = deploymentLife(aPipeline(dev));
    life.hear('dev', event({ appVersion: 'v6.1.5' }));
    const [told, ...others] = life.look(minutes(0));
    assert.deepEqual([told?.appVersion, told?.duration, others.length], ['v6.1.5', undefined, 0]);
    life.learn(isOpening('dev', minutes(0)));
    assert.deepEqual(life.look(minutes(5)), []);
    life.learn(runs('dev', '6.1.5'));
    assert.deepEqual(life.look(minutes(6)), []);
  });

  it('are remembered for ten versions, and what is open longer than what is over', () => {
    const life = deploymentLife(aPipeline(wide));
    life.learn(runs('eu', '6.1.4'), runs('us', '6.1.4'));
    life.look(start);
    life.learn(failsOn('6.0.0', '6.1.4', 'us'));
    life.look(start);
    for (let patch = 0; patch < 12; patch += 1) {
      life.learn(settlesOn(`6.2.${patch}`, minutes(patch), 'eu'));
      assert.equal(life.look(minutes(patch)).length, 1);
    }
    const entries = life.entries('dev');
    assert.deepEqual([entries.length, entries[0]?.number, entries[8]?.number, entries[9]?.number], [10, 13, 5, 1]);
    assert.deepEqual(life.look(minutes(20)), []);
  });
});

describe('changes', () => {
  const [two, three] = [
    aPipeline(),
    aPipeline({ environments: [anEnvironment('dev'), anEnvironment('staging'), anEnvironment('prod')] }),
  ];

  it('count what settles and what fails once, and measure how long the failure lasted', () => {
    const life = deploymentLife(aPipeline(wide));
    const news = (now: number, ...facts: readonly Fact[]) => {
      const before = life.status();
      life.learn(...facts);
      life.look(now);
      return changes(aPipeline(wide), before, life.status());
    };
    const of = { pipeline: 'apps/podinfo', application: 'podinfo', environment: 'dev', version: '6.1.5' };
    assert.deepEqual(news(start, runs('eu', '6.1.4'), runs('us', '6.1.4')), []);
    assert.deepEqual(news(minutes(1), settlesOn('6.1.5', seconds(60), 'eu')), []);
    assert.deepEqual(news(minutes(2), failsOn('6.1.5', '6.1.4', 'us')), [{ ...of, result: 'failed' }]);
    assert.deepEqual(news(minutes(3), settlesOn('6.1.5', seconds(181), 'us')), [{ ...of, restoreTime: 120_000 }]);
    assert.deepEqual(news(minutes(4)), []);
    const next = [settlesOn('6.1.6', minutes(5), 'eu'), settlesOn('6.1.6', minutes(6), 'us')];
    assert.deepEqual(news(minutes(6), ...next), [{ ...of, version: '6.1.6', result: 'succeeded' }]);
  });

  it('are restored by the version before too', () => {
    const life = deploymentLife(aPipeline(dev));
    life.learn(runsOld);
    life.look(start);
    life.learn(failsOn('6.1.5', '6.1.4'));
    life.look(minutes(1));
    life.learn(settlesOn('6.1.4', seconds(361)));
    life.look(minutes(6));
    const [entry] = life.entries('dev');
    assert.deepEqual(
      [entry?.failedAt, entry?.restoredAt, entry?.finishedAt],
      [seconds(61), seconds(361), undefined].map((at) => at && formatTime(at)),
    );
  });

  it('are restored by a rollback, once none of the targets is failing', () => {
    const life = deploymentLife(aPipeline(wide));
    const news = (now: number, ...facts: readonly Fact[]) => {
      const before = life.status();
      life.learn(...facts);
      life.look(now);
      return changes(aPipeline(wide), before, life.status());
    };
    const of = { pipeline: 'apps/podinfo', application: 'podinfo', environment: 'dev', version: '6.1.5' };
    news(start, runs('eu', '6.1.4'), runs('us', '6.1.4'));
    const failing = [failsOn('6.1.5', '6.1.4', 'eu'), failsOn('6.1.5', '6.1.4', 'us')];
    assert.deepEqual(news(minutes(2), ...failing), [{ ...of, result: 'failed' }]);
    assert.deepEqual(news(minutes(3), rolledBackAt(seconds(121), 'eu')), []);
    assert.deepEqual(news(minutes(4), rolledBackAt(seconds(181), 'us')), [{ ...of, restoreTime: 120_000 }]);
    assert.deepEqual(news(minutes(5), settlesOn('6.1.4', seconds(300), 'eu')), []);
    assert.deepEqual(news(minutes(6), settlesOn('6.1.4', seconds(300), 'us')), []);
  });

  it('measure the lead time from the first environment to the last, however fast the first goes on', () => {
    const life = deploymentLife(three);
    const at = (minute: number, ...facts: readonly Fact[]): void => {
      life.learn(...facts);
      life.look(minutes(minute));
    };
    at(0, runs('dev', '6.1.4'), runs('staging', '6.1.4'), runs('prod', '6.1.4'));
    at(10, settlesOn('6.1.5', minutes(10)));
    at(20, settlesOn('6.1.5', minutes(20), 'staging'));
    for (let patch = 6; patch < 26; patch += 1) at(20 + patch, settlesOn(`6.1.${patch}`, minutes(20 + patch)));
    at(100, settlesOn('6.1.5', minutes(100), 'prod'));
    assert.equal(life.entries('prod')[0]?.leadTime, '1h30m');
    assert.equal(life.entries('staging')[0]?.leadTime, undefined);
    const [change] = changes(three, { environments: {} }, life.status()).filter(
      ({ environment }) => environment === 'prod',
    );
    assert.deepEqual([change?.version, change?.leadTime], ['6.1.5', 90 * 60_000]);
  });

  it('have a lead time without a promotion too', () => {
    const life = deploymentLife(two);
    life.learn(runs('dev', '6.1.4'), runs('prod', '6.1.3'));
    life.look(start);
    life.learn(settlesOn('6.1.5', minutes(10)), settlesOn('6.1.5', minutes(30), 'prod'));
    life.look(minutes(10));
    life.look(minutes(31));
    assert.deepEqual(
      life.entries('prod').map(({ leadTime }) => leadTime),
      [undefined],
    );
    life.learn(settlesOn('6.1.6', minutes(40)));
    life.look(minutes(40));
    life.learn(settlesOn('6.1.6', minutes(45), 'prod'));
    life.look(minutes(45));
    assert.equal(life.entries('prod')[0]?.leadTime, '5m');
  });
});
