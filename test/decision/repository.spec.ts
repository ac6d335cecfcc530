import assert from 'node:assert/strict';
import { record } from '../../src/decision/record.ts';
import type { PipelineStatus, PromotionRecord } from '../../src/model/pipeline-status.ts';
import type { PromotionSpec } from '../../src/model/pipeline-spec.ts';
import { formatTime } from '../../src/model/time.ts';
import { aFailure, aPipeline, aRepository, aPullRequest, aRecord, isLost, minutes } from '../support/builders.ts';
import { notifications, remembers, runs, seconds, start } from '../support/builders.ts';
import { given, inWords, saidOf } from '../support/given.ts';

const due = [runs('dev', '6.1.5'), runs('prod', '6.1.4')];
const newer = [runs('dev', '6.1.6'), runs('prod', '6.1.4')];
const reject = { 'pipelines.weave.works/reject.prod': '6.1.5' };
const opening = aRecord({ repository: aRepository() });
const open = aRecord({ state: 'Open', pullRequest: aPullRequest(), repository: aRepository() });
const at = (url: string): PromotionSpec => ({ strategy: { 'pull-request': aRepository(url) } });
const moved = at('https://forge.example/org/other.git');
const none: PromotionSpec = {};

const looks = (
  promotion: PromotionRecord,
  spec: PromotionSpec,
  facts = due,
  annotations: Readonly<Record<string, string>> = {},
) => given(aPipeline({ promotion: spec, annotations, status: remembers({ promotion }) }), facts);

describe('a pull request in a repository that the spec names no more', () => {
  const elsewhere = [
    ['handed over', notifications],
    ['made by nobody', none],
    ['made in another repository', moved],
  ] as const;
  for (const [name, spec] of elsewhere) {
    it(`is left before anything else where it may be open, and promotions are ${name}`, () => {
      const { decision } = looks(opening, spec).when(start);
      assert.deepEqual(decision.actions.map(inWords), ['leave 6.1.5 in prod']);
      assert.deepEqual(saidOf(decision).promotion, opening, 'it is not forgotten until that is done');
      const [action] = decision.actions;
      assert.ok(action?.type === 'leave-pull-request');
      assert.deepEqual(action.promotion.strategy, aRepository());
      assert.equal(
        action.comment,
        'Promotions of apps/podinfo into prod are not made here any more: its Pipeline says so since.',
      );
    });

    it(`is left before a newer revision takes its place, and promotions are ${name}`, () => {
      // Where nobody makes promotions, none takes the place of what is open.
      for (const promotion of spec === none ? [opening] : [opening, open])
        looks(promotion, spec, newer)
          .when(start)
          .then({ actions: ['leave 6.1.5 in prod'] });
    });

    it(`is left when it is rejected, and promotions are ${name}`, () => {
      for (const promotion of [opening, open])
        looks(promotion, spec, due, reject)
          .when(start)
          .then({ actions: ['leave 6.1.5 in prod'] });
    });
  }

  it('is left also where nothing can be seen, and where its revision runs by now', () => {
    looks(opening, notifications, [...due, isLost('dev', minutes(-5))])
      .when(start)
      .then({ actions: ['leave 6.1.5 in prod'] });
    looks(opening, notifications, [runs('dev', '6.1.5'), runs('prod', '6.1.5')])
      .when(start)
      .then({ actions: ['leave 6.1.5 in prod'] });
  });

  it('stays for whoever may merge it where it is known to be open', () => {
    looks(open, notifications)
      .when(start)
      .then({
        actions: [],
        because: { prod: 'PullRequestUnseen' },
        saying: { prod: /it may be merged, .*: this Pipeline names no pull-request strategy any more$/ },
      });
    looks(open, none, newer).when(start).then({ actions: [] });
    looks(open, moved)
      .when(start)
      .then({ actions: ['follow #7 of 6.1.5 in prod'] });
  });

  const same: readonly (readonly [string, PromotionSpec])[] = [
    ['without .git', at('https://forge.example/org/config')],
    ['with a slash at its end', at('https://forge.example/org/config.git/')],
    ['in capitals', at('https://FORGE.example/Org/config.git')],
    ['with another base', { strategy: { 'pull-request': { ...aRepository(), baseBranch: 'release' } } }],
  ];
  for (const [name, spec] of same)
    it(`is not left where the same repository is named ${name}`, () => {
      looks(opening, spec)
        .when(start)
        .then({ actions: ['open 6.1.5 in prod'] });
    });

  it('is left with those that it should have closed', () => {
    const times = { startedAt: formatTime(start), finishedAt: formatTime(start) };
    const history = [{ revision: '6.1.3', from: 'dev', state: 'Superseded' as const, ...times }];
    const status = remembers({ promotion: opening, history });
    const { decision } = given(aPipeline({ promotion: notifications, status }), due).when(start);
    const [action] = decision.actions;
    assert.ok(action?.type === 'leave-pull-request');
    assert.deepEqual(action.promotion.supersedes, ['promotions/apps/podinfo/prod/6.1.3']);
  });

  it('is left once, and the promotion goes on by what the spec says', () => {
    for (const [spec, expected] of [
      [notifications, ['hand over 6.1.5 to prod']],
      [moved, ['open 6.1.5 in prod']],
      [none, []],
    ] as const) {
      const { decision } = looks(opening, spec).when(start);
      const [action] = decision.actions;
      assert.ok(action?.type === 'leave-pull-request');
      const { promotion } = action;
      const left = record(decision.status, { type: 'pull-request-left', promotion }, start);
      const next = given(aPipeline({ promotion: spec, status: left }), due)
        .when(start)
        .then({ actions: expected });
      const known = spec === moved ? { repository: moved.strategy?.['pull-request'] } : {};
      assert.deepEqual(saidOf(next).promotion, aRecord(known));
    }
  });

  it('is tried again after a backoff where it could not be left', () => {
    const { decision } = looks(opening, notifications).when(start);
    const failed = record(
      decision.status,
      { type: 'failed', action: decision.actions[0]!, failure: aFailure() },
      start,
    );
    const again = given(aPipeline({ promotion: notifications, status: failed }), due);
    assert.equal(again.when(start).then({ actions: [] }).wakeAt, seconds(5));
    again.when(seconds(5)).then({ actions: ['leave 6.1.5 in prod'] });
  });

  it('is tried as often as any, and at once, however often it could not be opened before', () => {
    const failing = aRecord({
      ...{ reason: 'Refused', message: 'no', attempts: 9, lastAttemptedTime: formatTime(start) },
      repository: aRepository(),
    });
    const status = { ...remembers({ promotion: failing }), observedGeneration: 1 };
    const looksAgain = (seen: PipelineStatus) =>
      given(aPipeline({ promotion: notifications, generation: 2, status: seen }), due).when(start + 600_000);
    let { decision } = looksAgain(status);
    for (let tries = 1; tries < 5; tries += 1) {
      const [action] = decision.actions;
      assert.ok(action?.type === 'leave-pull-request', `tried the ${tries}th time`);
      const failed = record(decision.status, { type: 'failed', action, failure: aFailure() }, start);
      assert.equal(failed.environments?.['prod']?.promotion?.attempts, tries);
      ({ decision } = looksAgain(failed));
    }
    const [last] = decision.actions;
    const givenUp = record(decision.status, { type: 'failed', action: last!, failure: aFailure() }, start);
    assert.deepEqual(givenUp.environments?.['prod']?.promotion, aRecord());
  });

  it('was rejected: with it gone, the rejection is done', () => {
    for (const spec of [notifications, none]) {
      const { decision } = looks(aRecord(), spec, due, reject).when(start);
      assert.deepEqual([saidOf(decision).promotion?.state, saidOf(decision).promotion?.reason], ['Closed', 'Rejected']);
    }
  });

  it('is known again where the spec names its repository by another name', () => {
    const seen = { type: 'pull-request-seen', pullRequest: aPullRequest(), opened: false } as const;
    const { decision } = looks(open, moved).when(start);
    const [action] = decision.actions;
    assert.ok(action?.type === 'follow-pull-request');
    const after = record(decision.status, { ...seen, promotion: action.promotion }, start);
    assert.deepEqual(after.environments?.['prod']?.promotion?.repository, moved.strategy?.['pull-request']);
  });
});
