import assert from 'node:assert/strict';
import type { Decision } from '../../src/decision/decide.ts';
import type { Verb } from '../../src/decision/requests.ts';
import type { Fact } from '../../src/model/fact.ts';
import {
  anEnvironment,
  aPipeline,
  isLost,
  minutes,
  pullRequests,
  remembers,
  runs,
  start,
} from '../support/builders.ts';
import { conditionOf, given } from '../support/given.ts';
import { memories } from '../support/memories.ts';

type Memory = keyof typeof memories;

const annotationOf = (verb: string, environment = 'prod') => `pipelines.weave.works/${verb}.${environment}`;

/** What becomes of an annotation, in words: kept, or why it was removed, or why it does nothing. */
const fateIn = (decision: Decision): string => {
  const removal = decision.actions.find(({ type }) => type === 'remove-annotation');
  if (removal?.type === 'remove-annotation')
    return (removal.announcement?.message ?? '').replace(/^.* was removed: /, 'removed: ');
  return conditionOf(decision, 'AnnotationIgnored')?.replace(/^.* does nothing yet: /, 'does nothing yet: ') ?? 'kept';
};

const look = (verb: Verb, memory: Memory, facts: readonly Fact[]) =>
  given(
    aPipeline({
      promotion: { ...pullRequests, manual: verb === 'approve' },
      annotations: { [annotationOf(verb)]: '6.1.5' },
      status: remembers(memories[memory]),
    }),
    facts,
  ).when(start).decision;

const used = 'removed: it has been used';
const is = (state: string) => `removed: its promotion is ${state}`;
const begun = is('under way');
const olderWaits = 'does nothing yet: 6.1.4 is what dev offers';
const newerWaits = 'does nothing yet: 6.1.6 is what dev offers';
const overtaken = 'removed: 6.1.6 is what waits now';
const there = 'removed: prod runs it';

/** What becomes of `approve`, `reject` and `retry` of 6.1.5 in prod, by what is remembered of it. */
type Fates = Readonly<Record<Memory, readonly [approve: string, reject: string, retry: string]>>;

const offered: Fates = {
  nothing: [used, 'kept', begun],
  Opening: [used, 'kept', begun],
  Open: [is('Open'), 'kept', begun],
  Notified: [is('Notified'), used, begun],
  Merged: [is('Merged'), is('Merged'), begun],
  Closed: [is('Closed'), is('Closed'), begun],
  Rejected: [is('Closed'), used, begun],
  Superseded: [is('Superseded'), is('Superseded'), begun],
  'given up': ['kept', 'kept', begun],
  'given up before another': [used, used, begun],
  'failed there': [is('Failed'), is('Failed'), begun],
  Succeeded: [is('Succeeded'), is('Succeeded'), begun],
  'merged before another': [is('Merged'), is('Merged'), begun],
};
const newerIsOffered: Fates = {
  nothing: [overtaken, newerWaits, newerWaits],
  Opening: [overtaken, is('Superseded'), newerWaits],
  Open: [is('Open'), is('Superseded'), newerWaits],
  Notified: [is('Notified'), used, newerWaits],
  Merged: [is('Merged'), is('Merged'), newerWaits],
  Closed: [is('Closed'), is('Closed'), newerWaits],
  Rejected: [is('Closed'), used, newerWaits],
  Superseded: [is('Superseded'), is('Superseded'), newerWaits],
  'given up': [overtaken, newerWaits, newerWaits],
  'given up before another': [overtaken, newerWaits, newerWaits],
  'failed there': [is('Failed'), is('Failed'), newerWaits],
  Succeeded: [is('Succeeded'), is('Succeeded'), newerWaits],
  'merged before another': [is('Merged'), is('Merged'), newerWaits],
};
const olderIsOffered: Fates = {
  nothing: [olderWaits, olderWaits, olderWaits],
  Opening: [olderWaits, is('Superseded'), olderWaits],
  Open: [is('Open'), is('Superseded'), olderWaits],
  Notified: [is('Notified'), used, olderWaits],
  Merged: [is('Merged'), is('Merged'), olderWaits],
  Closed: [is('Closed'), is('Closed'), olderWaits],
  Rejected: [is('Closed'), used, olderWaits],
  Superseded: [is('Superseded'), is('Superseded'), olderWaits],
  'given up': [olderWaits, olderWaits, olderWaits],
  'given up before another': [olderWaits, olderWaits, olderWaits],
  'failed there': [is('Failed'), is('Failed'), olderWaits],
  Succeeded: [is('Succeeded'), is('Succeeded'), olderWaits],
  'merged before another': [is('Merged'), is('Merged'), olderWaits],
};
const nothingIsSeen: Fates = {
  nothing: ['kept', 'kept', 'kept'],
  Opening: ['kept', 'kept', begun],
  Open: [is('Open'), 'kept', begun],
  Notified: [is('Notified'), used, 'kept'],
  Merged: [is('Merged'), is('Merged'), 'kept'],
  Closed: [is('Closed'), is('Closed'), 'kept'],
  Rejected: [is('Closed'), used, 'kept'],
  Superseded: [is('Superseded'), is('Superseded'), 'kept'],
  'given up': ['kept', 'kept', 'kept'],
  'given up before another': ['kept', 'kept', 'kept'],
  'failed there': [is('Failed'), is('Failed'), 'kept'],
  Succeeded: [is('Succeeded'), is('Succeeded'), 'kept'],
  'merged before another': [is('Merged'), is('Merged'), 'kept'],
};
const runsThere: Fates = {
  nothing: [there, there, there],
  Opening: [used, 'kept', begun],
  Open: [is('Open'), 'kept', begun],
  Notified: [is('Succeeded'), is('Succeeded'), there],
  Merged: [is('Succeeded'), is('Succeeded'), there],
  Closed: [is('Closed'), is('Closed'), there],
  Rejected: [is('Closed'), used, there],
  Superseded: [is('Superseded'), is('Superseded'), there],
  'given up': [is('Succeeded'), is('Succeeded'), there],
  'given up before another': [there, there, there],
  'failed there': [is('Succeeded'), is('Succeeded'), there],
  Succeeded: [is('Succeeded'), is('Succeeded'), there],
  'merged before another': [is('Merged'), is('Merged'), there],
};

const old = runs('prod', '6.1.3');
const progressing = { lastAttemptedRevision: '6.1.6' };
const tables: readonly (readonly [name: string, facts: readonly Fact[], Fates])[] = [
  ['while it is what dev offers', [runs('dev', '6.1.5'), old], offered],
  ['while dev offers a newer version', [runs('dev', '6.1.6'), old], newerIsOffered],
  ['while dev offers an older version', [runs('dev', '6.1.4'), old], olderIsOffered],
  ['while a cluster cannot be seen', [runs('dev', '6.1.5'), old, isLost('dev', minutes(-1))], nothingIsSeen],
  ['while dev is being deployed', [runs('dev', '6.1.5', progressing), old], nothingIsSeen],
  ['while prod runs it', [runs('dev', '6.1.5'), runs('prod', '6.1.5')], runsThere],
];

describe('what becomes of an annotation', () => {
  for (const [name, facts, fates] of tables)
    for (const [memory, expected] of Object.entries(fates) as [Memory, Fates[Memory]][])
      it(`${name}, and prod remembers: ${memory}`, () => {
        const found = (['approve', 'reject', 'retry'] as const).map((verb) => fateIn(look(verb, memory, facts)));
        assert.deepEqual(found, expected);
      });

  it('an approval of what is asked for anew stays until that begins', () => {
    const annotations = { [annotationOf('approve')]: '6.1.5', [annotationOf('retry')]: '6.1.5' };
    const environments = [anEnvironment('dev'), anEnvironment('prod', { suspend: true })];
    const pipeline = aPipeline({ annotations, environments, status: remembers(memories.Closed) });
    given(pipeline, [runs('dev', '6.1.5'), old])
      .when(start)
      .then({ actions: [], because: { prod: 'Suspended' } });
  });

  it('the name of who approved goes with the approval; where nobody need approve, once the pull request is open', () => {
    const annotations = { [annotationOf('approve')]: '6.1.5', [annotationOf('approved-by')]: 'jane' };
    const both = ['remove approve.prod=6.1.5', 'remove approved-by.prod=jane'];
    const facts = [runs('dev', '6.1.5'), old];
    given(aPipeline({ promotion: { ...pullRequests, manual: true }, annotations }), facts)
      .when(start)
      .then({ actions: ['open 6.1.5 in prod', ...both] });
    given(aPipeline({ annotations }), facts)
      .when(start)
      .then({ actions: ['open 6.1.5 in prod'] });
    given(aPipeline({ annotations, status: remembers(memories.Open) }), facts)
      .when(start)
      .then({ actions: ['follow #7 of 6.1.5 in prod', ...both] });
  });

  const misaddressed: readonly (readonly [string, readonly string[], string])[] = [
    ['approve.dev', ['dev', 'prod'], 'this Pipeline promotes only into prod'],
    ['reject.produ', ['dev', 'staging', 'prod'], 'this Pipeline promotes only into staging, prod'],
    ['retry.prod', ['dev'], 'this Pipeline promotes into none of its environments'],
  ];
  for (const [name, environments, why] of misaddressed)
    it(`${name} in ${environments.join(', ')}: it stays, and is told to do nothing`, () => {
      const pipeline = aPipeline({
        environments: environments.map((environment) => anEnvironment(environment)),
        annotations: { [`pipelines.weave.works/${name}`]: '6.1.5', 'pipelines.weave.works/other.prod': '6.1.5' },
      });
      const { decision } = given(pipeline, runs('dev', '6.1.4')).when(start);
      assert.deepEqual(decision.actions, []);
      assert.equal(
        conditionOf(decision, 'AnnotationIgnored'),
        `True AnnotationIgnored: pipelines.weave.works/${name}=6.1.5 does nothing: ${why}`,
      );
    });
});
