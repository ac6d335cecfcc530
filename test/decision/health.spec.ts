import assert from 'node:assert/strict';
import { healthySince } from '../../src/decision/health.ts';
import type { EnvironmentStatus, TargetStatus } from '../../src/model/pipeline-status.ts';
import { formatTime } from '../../src/model/time.ts';
import { minutes } from '../support/builders.ts';

const target = (since: number, ready: boolean, parts: Partial<TargetStatus> = {}): TargetStatus => ({
  clusterAppRef: { name: 'podinfo' },
  namespace: 'podinfo',
  ready,
  revision: '6.1.5',
  lastTransitionTime: formatTime(minutes(since)),
  ...parts,
});
const before = (...targets: TargetStatus[]): EnvironmentStatus => ({ revision: '6.1.5', targets });

/** What the status says, what the objects say (minutes before now that each has been healthy), and what is so. */
const table: readonly (readonly [string, EnvironmentStatus, readonly number[], number])[] = [
  ['nothing is remembered: what the objects say', {}, [-60, -20], -20],
  ['the status knows of a later beginning', { ...before(), healthySince: formatTime(minutes(-5)) }, [-60, -20], -5],
  ['it knows it of another revision', { revision: '6.1.4', healthySince: formatTime(minutes(-5)) }, [-60], -60],
  ['a target was paused, and its object does not tell', before(target(-10, false)), [-60], 0],
  ['a target failed, and its object tells since when it is well', before(target(-10, false)), [-3], -3],
  ['one was paused while another failed and got well', before(target(-10, false), target(-3, true)), [-60, -3], 0],
  ['one was paused and one is well', before(target(-10, false), target(-60, true)), [-60, -60], 0],
  ['it was not healthy on another revision', before(target(-10, false, { revision: '6.1.4' })), [-12], -12],
  ['it was out of sight', before(target(-10, false, { error: 'lost' })), [-60], -60],
];

describe('since when an environment is healthy', () => {
  for (const [name, status, told, expected] of table)
    it(name, () => {
      const targets = told.map((since) => ({ observation: { healthySince: minutes(since) } }));
      assert.equal(healthySince(targets, '6.1.5', status, minutes(0)), minutes(expected));
    });
});
