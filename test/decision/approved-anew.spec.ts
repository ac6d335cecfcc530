import {
  aFailure,
  aPipeline,
  aPullRequest,
  aRecord,
  pullRequests,
  remembers,
  runs,
  start,
} from '../support/builders.ts';
import { given, type Expected } from '../support/given.ts';
import type { PromotionRecord } from '../../src/model/pipeline-status.ts';
import { formatTime } from '../../src/model/time.ts';

const approval = { at: formatTime(start) };
const retry = { 'pipelines.weave.works/retry.prod': '6.1.5' };
const waits: Expected = { actions: [], because: { prod: 'ApprovalRequired' } };
const opens: Expected = { because: { prod: 'PromotionDue' } };
const { reason, message } = aFailure();

/** What the record says, which is approved, whether people ask for it anew, and what follows. */
const table: readonly (readonly [string, Partial<PromotionRecord>, boolean, Expected])[] = [
  ['Opening', {}, false, opens],
  ['Failed without a pull request, asked for anew', { state: 'Failed', reason, message }, true, opens],
  ['Failed in its destination, asked for anew', { state: 'Failed', pullRequest: aPullRequest('merged') }, true, waits],
  ['Merged, asked for anew', { state: 'Merged', pullRequest: aPullRequest('merged') }, true, waits],
  ['Closed, asked for anew', { state: 'Closed', pullRequest: aPullRequest('closed') }, true, waits],
  ['Superseded, asked for anew', { state: 'Superseded' }, true, waits],
  ['Succeeded, asked for anew', { state: 'Succeeded' }, true, waits],
];

describe('an approval that was used', () => {
  for (const [name, record, anew, expected] of table)
    it(`counts for the promotion that it began and for no other: ${name}`, () => {
      const pipeline = aPipeline({
        promotion: { ...pullRequests, manual: true },
        annotations: anew ? retry : {},
        status: remembers({ promotion: aRecord({ approval, ...record }) }),
      });
      given(pipeline, runs('dev', '6.1.5'), runs('prod', '6.1.4')).when(start).then(expected);
    });
});
