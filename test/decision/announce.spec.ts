import assert from 'node:assert/strict';
import { announce } from '../../src/decision/announce.ts';
import type { PipelineStatus, PromotionState } from '../../src/model/pipeline-status.ts';
import { aPipeline, aPullRequest, aRecord, pullRequests, remembers, runs, start } from '../support/builders.ts';
import { given } from '../support/given.ts';

const due = [runs('dev', '6.1.5'), runs('prod', '6.1.4')];
const told = (before: PipelineStatus, after: PipelineStatus): readonly string[] =>
  announce(aPipeline(), before, after).map(
    ({ announcement: { type, reason, message } }) => `${type} ${reason}: ${message}`,
  );

describe('announce', () => {
  it('tells of a Pipeline that becomes ready, and of the promotion that begins', () => {
    const { status } = given(aPipeline(), due).when(start).decision;
    assert.deepEqual(told({}, status), [
      'Normal ReconciliationSucceeded: dev 6.1.5 › prod 6.1.4 ⏳ promoting',
      'Normal PromotionOpening: promotion of 6.1.5 from dev to prod is Opening',
    ]);
  });

  it('says nothing twice', () => {
    const { status } = given(aPipeline(), due).when(start).decision;
    assert.deepEqual(told(status, status), []);
  });

  it('does not tell that only the versions at a glance have changed', () => {
    const [before, after] = ['6.1.4', '6.1.5'].map(
      (revision) => given(aPipeline(), runs('dev', revision), runs('prod', revision)).when(start).decision.status,
    );
    assert.deepEqual(told(before!, after!), []);
  });

  it('warns of what is not ready', () => {
    const { status } = given(aPipeline(), runs('dev', '6.1.4')).when(start).decision;
    assert.match(told({}, status).join(), /^Warning TargetClusterNotFound: cluster apps\/prod is not registered/);
  });

  const states: readonly (readonly [PromotionState, 'Normal' | 'Warning'])[] = [
    ['Open', 'Normal'],
    ['Merged', 'Normal'],
    ['Succeeded', 'Normal'],
    ['Closed', 'Warning'],
    ['Failed', 'Warning'],
  ];
  for (const [state, type] of states)
    it(`tells of a promotion that is ${state}: ${type}, with its pull request`, () => {
      const before = remembers({ promotion: aRecord() });
      const after = remembers({ promotion: aRecord({ state, pullRequest: aPullRequest() }) });
      assert.deepEqual(told(before, after), [
        `${type} Promotion${state}: promotion of 6.1.5 from dev to prod is ${state}: https://forge.example/org/config/pulls/7`,
      ]);
      assert.deepEqual(told(after, after), []);
    });

  it('asks for approval once for each revision, with the command', () => {
    const pipeline = aPipeline({ promotion: { ...pullRequests, manual: true } });
    const { status } = given(pipeline, due).when(start).decision;
    const [, asked] = told({}, status);
    assert.match(
      asked ?? '',
      /^Normal ApprovalRequired: prod: 6\.1\.5 waits for approval, healthy in dev since .*: kubectl/,
    );
    const newer = given({ ...pipeline, status }, runs('dev', '6.1.6'), runs('prod', '6.1.4')).when(start).decision;
    assert.match(told(status, newer.status).join(), /^Normal ApprovalRequired: prod: 6\.1\.6 waits/);
  });
});
