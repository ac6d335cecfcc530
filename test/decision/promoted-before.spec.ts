import assert from 'node:assert/strict';
import { record } from '../../src/decision/record.ts';
import type { Outcome } from '../../src/model/action.ts';
import { aPipeline, aPullRequest, aRecord, minutes, remembers, runs, start } from '../support/builders.ts';
import { given, openedBy, saidOf } from '../support/given.ts';

describe('a promotion that turns out to have been merged long ago', () => {
  const facts = [runs('dev', '6.1.5'), runs('prod', '6.1.4')];
  const begun = given(aPipeline(), ...facts).when(start).decision;
  const promotion = openedBy(begun);
  const before = (branch = promotion.text.branch): Outcome => ({
    type: 'promoted-before',
    promotion,
    pullRequest: { ...aPullRequest('merged'), branch },
  });
  const annotated = (status = begun.status, annotations: Readonly<Record<string, string>> = {}) =>
    given(aPipeline({ status, annotations }), ...facts).when(minutes(1));

  it('is told as such, with the command for another, and nothing is done', () => {
    const decision = annotated(record(begun.status, before(), start)).then({
      actions: [],
      because: { prod: 'AlreadyPromoted' },
      saying: {
        prod: /^6\.1\.5 is not promoted again: its promotion has ended \(Merged\); to have another: kubectl .*retry\.prod=6\.1\.5/,
      },
    });
    assert.equal(saidOf(decision).promotion, undefined);
    assert.deepEqual(
      saidOf(decision).history?.map(({ revision, state }) => [revision, state]),
      [['6.1.5', 'Merged']],
    );
  });

  for (const [which, branch, next] of [
    ['the first attempt', undefined, '=r1'],
    ['the third', `${promotion.text.branch}=r2`, '=r3'],
  ] as const)
    it(`gets a branch of its own when a person asks for another after ${which}`, () => {
      const status = record(begun.status, before(branch), start);
      const { decision } = annotated(status, { 'pipelines.weave.works/retry.prod': '6.1.5' });
      assert.equal(openedBy(decision).text.branch, `${promotion.text.branch}${next}`);
    });

  it('goes on where another controller has opened it meanwhile', () => {
    const open = remembers({ promotion: aRecord({ state: 'Open', pullRequest: aPullRequest() }) });
    assert.deepEqual(record(open, before(), start), open);
  });
});
