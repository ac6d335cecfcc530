import type { EnvironmentStatus, PromotionRecord } from '../../src/model/pipeline-status.ts';
import { aPullRequest, aRecord, gaveUp, minutes } from './builders.ts';
import { formatTime } from '../../src/model/time.ts';

const ended = (record: Partial<PromotionRecord>): EnvironmentStatus => {
  const finishedAt = formatTime(minutes(-10));
  const promotion = aRecord({ finishedAt, ...record });
  const { revision, from, state, reason, startedAt } = promotion;
  return {
    promotion,
    history: [{ revision, from, state, ...(reason === undefined ? {} : { reason }), startedAt, finishedAt }],
  };
};
const under = (record: Partial<PromotionRecord> = {}): EnvironmentStatus => ({ promotion: aRecord(record) });

/** What an environment remembers of 6.1.5, in each way in which it can, as looks before have left it. */
export const memories = {
  nothing: {},
  Opening: under(),
  Open: under({ state: 'Open', pullRequest: aPullRequest() }),
  Notified: under({ state: 'Notified' }),
  Merged: under({ state: 'Merged', pullRequest: aPullRequest('merged') }),
  Closed: ended({ state: 'Closed', pullRequest: aPullRequest('closed') }),
  Rejected: ended({ state: 'Closed', reason: 'Rejected' }),
  Superseded: { history: ended({ state: 'Superseded' }).history },
  'given up': { promotion: gaveUp(minutes(4)) },
  'given up before another': { history: ended({ state: 'Failed', reason: 'NoMarker' }).history },
  'failed there': under({
    state: 'Failed',
    reason: 'DestinationFailed',
    message: 'tests failed',
    pullRequest: aPullRequest('merged'),
  }),
  Succeeded: ended({ state: 'Succeeded', pullRequest: aPullRequest('merged') }),
  'merged before another': { history: ended({ state: 'Merged' }).history },
} as const satisfies Readonly<Record<string, EnvironmentStatus>>;
