import assert from 'node:assert/strict';
import { record } from '../../src/decision/record.ts';
import type { Action, Outcome, Promotion } from '../../src/model/action.ts';
import type { PromotionRecord } from '../../src/model/pipeline-status.ts';
import { formatTime } from '../../src/model/time.ts';
import {
  aFailure,
  aPipeline,
  aRepository,
  aPullRequest,
  aRecord,
  minutes,
  remembers,
  runs,
  start,
} from '../support/builders.ts';
import { given, openedBy } from '../support/given.ts';

const promotion: Promotion = openedBy(
  given(aPipeline(), runs('dev', '6.1.5'), runs('prod', '6.1.4')).when(start).decision,
);
const seen = (state: 'open' | 'merged' | 'closed'): Outcome => ({
  type: 'pull-request-seen',
  promotion,
  pullRequest: aPullRequest(state),
  opened: false,
});
const opening: Action = { type: 'open-pull-request', promotion };
const following: Action = { type: 'follow-pull-request', promotion, pullRequest: aPullRequest() };
const failed = (action: Action, remedy: 'retry' | 'wait' | 'give-up' = 'retry'): Outcome => ({
  type: 'failed',
  action,
  failure: aFailure({ remedy, reason: 'ForgeUnavailable', message: 'the forge answers 502' }),
});
const told = { reason: 'ForgeUnavailable', message: 'the forge answers 502' };
const toldToWait = { ...told, remedy: 'wait' } as const;
const toldForPerson = { ...told, remedy: 'give-up' } as const;
const [time, earlier] = [formatTime(start), formatTime(minutes(-15))];
const givenUp = { state: 'Failed', lastAttemptedTime: time, failedSince: time } as const;
const after = (before: PromotionRecord, outcome: Outcome) =>
  record(remembers({ promotion: before }), outcome, start).environments?.['prod'];

describe('record', () => {
  const known = aRecord({ pullRequest: aPullRequest() });
  const open = { ...known, state: 'Open', repository: aRepository() } as const;
  const leaving: Action = { type: 'leave-pull-request', promotion, comment: 'not here' };
  const begun = aRecord({ repository: aRepository() });
  const transitions: readonly (readonly [string, PromotionRecord, Outcome, PromotionRecord])[] = [
    ['Opening, an open pull request: Open', aRecord(), seen('open'), open],
    [
      'Opening, a merged one was found: Merged',
      aRecord(),
      seen('merged'),
      { ...known, state: 'Merged', pullRequest: aPullRequest('merged') },
    ],
    [
      'Opening, a closed one was found: Closed',
      aRecord(),
      seen('closed'),
      { ...known, state: 'Closed', pullRequest: aPullRequest('closed'), finishedAt: formatTime(start) },
    ],
    [
      'Opening, nothing to change: Merged',
      aRecord(),
      { type: 'nothing-to-change', promotion },
      aRecord({ state: 'Merged' }),
    ],
    [
      'Open, needless since the base says it: Merged',
      open,
      { type: 'nothing-to-change', promotion, pullRequest: aPullRequest('closed') },
      { ...known, state: 'Merged', pullRequest: aPullRequest('closed') },
    ],
    ['Open, still open: Open', open, seen('open'), open],
    ['Open, merged: Merged', open, seen('merged'), { ...known, state: 'Merged', pullRequest: aPullRequest('merged') }],
    [
      'Open, closed: Closed',
      open,
      seen('closed'),
      { ...known, state: 'Closed', pullRequest: aPullRequest('closed'), finishedAt: formatTime(start) },
    ],
    [
      'Opening, a failure to retry: Opening, one attempt',
      aRecord(),
      failed(opening),
      aRecord({ ...told, attempts: 1, lastAttemptedTime: formatTime(start) }),
    ],
    [
      'Opening, another one to wait for: Opening, one attempt more',
      aRecord({ attempts: 4, ...toldForPerson }),
      failed(opening, 'wait'),
      aRecord({ ...toldToWait, attempts: 5, lastAttemptedTime: formatTime(start) }),
    ],
    [
      'Opening, a failure for a person: Failed',
      aRecord(),
      failed(opening, 'give-up'),
      aRecord({ ...toldForPerson, ...givenUp, attempts: 1 }),
    ],
    [
      'Opening after it was given up, given up again: Failed since then',
      aRecord({ ...told, failedSince: earlier, attempts: 1 }),
      failed(opening, 'give-up'),
      aRecord({ ...toldForPerson, ...givenUp, failedSince: earlier, attempts: 2 }),
    ],
    [
      'Opening after it was given up, seen: the failure is forgotten',
      aRecord({ ...told, failedSince: earlier, attempts: 1 }),
      seen('open'),
      open,
    ],
    ['Open, the forge does not answer: Open, with the reason', open, failed(following), { ...open, ...told }],
    [
      'Open, the forge does not answer after it has refused: Open, with that reason',
      { ...open, ...toldForPerson },
      failed(following),
      { ...open, ...told },
    ],
    [
      'Open, the forge refuses: Open, with the reason',
      open,
      failed(following, 'give-up'),
      { ...open, ...toldForPerson },
    ],
    [
      'Open, the forge refuses to close it: Open, with the reason, one attempt',
      open,
      failed({ type: 'close-pull-request', promotion, comment: 'Rejected' }, 'give-up'),
      { ...open, ...toldForPerson, attempts: 1, lastAttemptedTime: formatTime(start) },
    ],
    [
      'Opening, given up: an earlier attempt may have come further, there',
      aRecord({ repository: aRepository() }),
      failed(opening, 'give-up'),
      aRecord({ ...toldForPerson, ...givenUp, repository: aRepository(), attempts: 1 }),
    ],
    [
      'Opening, rejected, the forge refuses to close what may be open: Opening, with the reason, one attempt',
      aRecord({ repository: aRepository() }),
      failed({ type: 'close-pull-request', promotion, comment: 'Rejected' }, 'give-up'),
      aRecord({ ...toldForPerson, repository: aRepository(), attempts: 1, lastAttemptedTime: time }),
    ],
    [
      'Open by another controller, given up by one that was not let: Open',
      open,
      failed(opening, 'give-up'),
      { ...open, ...toldForPerson, attempts: 1, lastAttemptedTime: time },
    ],
    ['Opening elsewhere, left: Opening anew', begun, { type: 'pull-request-left', promotion }, aRecord()],
    ['Open elsewhere, left: Opening anew', open, { type: 'pull-request-left', promotion }, aRecord()],
    [
      'Opening elsewhere, not left for now: Opening, one attempt more',
      { ...begun, attempts: 3 },
      failed(leaving, 'wait'),
      { ...begun, ...toldToWait, attempts: 4, lastAttemptedTime: formatTime(start) },
    ],
    ['Opening elsewhere, not left again and again: it goes on', { ...begun, attempts: 4 }, failed(leaving), aRecord()],
    ['Opening elsewhere, which refuses for good: it goes on', begun, failed(leaving, 'give-up'), aRecord()],
    [
      'Open, rejected where only its own is known to be open: Closed',
      { ...open, repository: { ...aRepository(), baseBranch: 'release' } },
      { type: 'promotion-closed', promotion, pullRequest: undefined },
      { ...known, state: 'Closed', reason: 'Rejected', finishedAt: formatTime(start) },
    ],
    [
      'Open in an old repository, found in the one that the spec names by now: that one is taken over',
      {
        ...open,
        repository: { ...aRepository(), url: 'https://old.example/org/config' },
        pullRequest: { ...aPullRequest(), number: 8 },
      },
      seen('open'),
      open,
    ],
    [
      'Open after failures, seen: the failure is forgotten',
      { ...open, ...toldForPerson, attempts: 2 },
      seen('open'),
      open,
    ],
  ];
  const merged = aRecord({ state: 'Merged', pullRequest: aPullRequest('merged') });
  const ended = { ...merged, state: 'Succeeded', finishedAt: formatTime(start) } as const;
  const closedFor = { type: 'promotion-closed', promotion, pullRequest: aPullRequest('closed') } as const;
  const elsewhere = aRecord({ repository: { ...aRepository(), baseBranch: 'release' } });
  const outdated: readonly (readonly [string, PromotionRecord, Outcome])[] = [
    ['Merged, seen open by somebody who was too late: Merged', merged, seen('open')],
    ['Succeeded, seen open by somebody who was too late: Succeeded', ended, seen('open')],
    ['Succeeded, nothing to change: Succeeded', ended, { type: 'nothing-to-change', promotion }],
    ['Succeeded, a failure: Succeeded', ended, failed(opening, 'give-up')],
    ['Open, nothing to change for one that had not found it yet: Open', open, { type: 'nothing-to-change', promotion }],
    ['Open, closed by one that had not found it yet: Open', open, { ...closedFor, pullRequest: undefined }],
    [
      'Open, another one was seen closed: Open',
      { ...open, pullRequest: { ...aPullRequest(), number: 8 } },
      seen('closed'),
    ],
    ['Opening, one into another base was closed for it: Opening', elsewhere, seen('closed')],
    ['Opening anew, seen closed by somebody at the attempt before: Opening', aRecord({ retry: 1 }), seen('closed')],
    ['Opening anew, a failure of the attempt before: Opening', aRecord({ retry: 1 }), failed(opening, 'give-up')],
  ];
  for (const [name, before, outcome, expected] of [
    ...transitions,
    ...outdated.map(([title, known, outcome]) => [title, known, outcome, known] as const),
  ])
    it(name, () => {
      assert.deepEqual(after(before, outcome)?.promotion, expected);
    });

  it('learns which attempt it is from the branch that was found', () => {
    const pullRequest = { ...aPullRequest(), branch: `${promotion.text.branch}=r2` };
    const outcome: Outcome = { type: 'pull-request-seen', promotion, pullRequest, opened: false };
    assert.deepEqual(after(aRecord(), outcome)?.promotion, { ...open, pullRequest, retry: 2 });
  });

  it('learns which attempt it was from the branch that was closed for a person', () => {
    const pullRequest = { ...aPullRequest('closed'), branch: `${promotion.text.branch}=r2` };
    assert.equal(after(aRecord(), { type: 'promotion-closed', promotion, pullRequest })?.promotion?.retry, 2);
  });

  it('puts a closed promotion into the history, once', () => {
    const closed = after(open, seen('closed')) ?? {};
    assert.deepEqual(
      closed.history?.map(({ revision, state }) => [revision, state]),
      [['6.1.5', 'Closed']],
    );
    const again = record(remembers(closed), seen('closed'), start).environments?.['prod'];
    assert.equal(again?.history?.length, 1);
  });

  it('leaves the record of another revision alone', () => {
    const other = remembers({ promotion: aRecord({ revision: '6.1.6' }) });
    for (const outcome of [seen('merged'), failed(opening, 'give-up')])
      assert.deepEqual(record(other, outcome, start), other);
  });

  it('leaves an object alone that remembers nothing, as one that was created anew', () => {
    assert.deepEqual(record({}, seen('open'), start), {});
  });

  it('learns nothing from a status or an Event that was written', () => {
    const status = remembers({ promotion: aRecord() });
    const announcement = { type: 'Normal', reason: 'Test', message: '' } as const;
    const outcomes: readonly Outcome[] = [
      { type: 'status-written', pipeline: aPipeline() },
      { type: 'status-conflict', pipeline: undefined },
      { type: 'announced', pipeline: 'apps/podinfo', announcement },
      failed({ type: 'announce', pipeline: 'apps/podinfo', uid: 'uid-1', announcement }),
    ];
    for (const outcome of outcomes) assert.deepEqual(record(status, outcome, start), status);
  });
});
