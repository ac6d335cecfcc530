import assert from 'node:assert/strict';
import { aPipeline, aPullRequest, aRecord, remembers, runs, start } from '../support/builders.ts';
import { conditionOf, given } from '../support/given.ts';

const open = aRecord({ state: 'Open', pullRequest: aPullRequest() });
const status = remembers({ promotion: open });
const reject = { annotations: { 'pipelines.weave.works/reject.prod': '6.1.5' } };

describe('a pull request whose version was taken back in its source', () => {
  it('is told as still open where the destination runs what the source has gone back to, with the command that closes it', () => {
    const decision = given(aPipeline({ status }), runs('dev', '6.1.4'), runs('prod', '6.1.4'))
      .when(start)
      .then({
        actions: ['follow #7 of 6.1.5 in prod'],
        because: { prod: 'StillOpen' },
        saying: {
          prod: /^pull request #7 for 6\.1\.5 is still open, though dev has gone back to 6\.1\.4: https:.*; close it with: kubectl .*reject\.prod=6\.1\.5$/,
        },
      });
    assert.match(conditionOf(decision, 'PromotionPending') ?? '', /^True StillOpen: prod: pull request #7 for 6\.1\.5/);
    assert.match(decision.status.summary ?? '', /prod 6\.1\.4 ✗ still open$/);
  });

  it('is told as still open where the source has gone back behind the destination', () => {
    given(aPipeline({ status }), runs('dev', '6.1.3'), runs('prod', '6.1.4'))
      .when(start)
      .then({ because: { prod: 'StillOpen' } });
  });

  it('is closed when it is rejected', () => {
    given(aPipeline({ status, ...reject }), runs('dev', '6.1.4'), runs('prod', '6.1.4'))
      .when(start)
      .then({ actions: ['close 6.1.5 in prod'] });
  });

  it('is superseded where what the source has gone back to is due itself', () => {
    given(aPipeline({ status }), runs('dev', '6.1.4'), runs('prod', '6.1.3'))
      .when(start)
      .then({ actions: ['open 6.1.4 in prod'] });
  });
});
