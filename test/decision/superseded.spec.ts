import assert from 'node:assert/strict';
import type { PromotionHistoryEntry, PromotionState } from '../../src/model/pipeline-status.ts';
import { formatTime } from '../../src/model/time.ts';
import { aPipeline, minutes, remembers, runs, start } from '../support/builders.ts';
import { given, openedBy } from '../support/given.ts';

const anEntry = (revision: string, state: PromotionState, reason?: string): PromotionHistoryEntry => ({
  revision,
  from: 'dev',
  state,
  ...(reason === undefined ? {} : { reason }),
  startedAt: formatTime(minutes(-20)),
  finishedAt: formatTime(minutes(-10)),
});

/** The history, newest first, and whose pull requests are closed with the next one. */
const table: readonly (readonly [string, readonly PromotionHistoryEntry[], readonly string[]])[] = [
  ['one is superseded', [anEntry('6.1.4', 'Superseded')], ['6.1.4']],
  ['one after another', [anEntry('6.1.4', 'Failed'), anEntry('6.1.3', 'Superseded')], ['6.1.4', '6.1.3']],
  ['one was open, and it closed those before', [anEntry('6.1.4', 'Closed'), anEntry('6.1.3', 'Superseded')], []],
  ['one was merged', [anEntry('6.1.4', 'Succeeded'), anEntry('6.1.3', 'Superseded')], []],
  [
    'one was rejected before it closed those before',
    [anEntry('6.1.4', 'Closed', 'Rejected'), anEntry('6.1.3', 'Superseded')],
    ['6.1.3'],
  ],
  [
    'one was rejected between two',
    [anEntry('6.1.4', 'Superseded'), anEntry('6.2.0', 'Closed', 'Rejected'), anEntry('6.1.3', 'Superseded')],
    ['6.1.4', '6.1.3'],
  ],
];

describe('a promotion closes the pull requests of those that it replaces', () => {
  for (const [name, history, expected] of table)
    it(name, () => {
      const pipeline = aPipeline({ status: remembers({ history: [...history] }) });
      const { decision } = given(pipeline, runs('dev', '6.1.5'), runs('prod', '6.1.0')).when(start);
      const { supersedes } = openedBy(decision);
      assert.deepEqual(
        supersedes,
        expected.map((revision) => `promotions/apps/podinfo/prod/${revision}`),
      );
    });
});
