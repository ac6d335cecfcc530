import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { windowState } from '../../src/decision/windows.ts';
import { PromotionWindow } from '../../src/model/pipeline-spec.ts';
import { fencedBlocks } from '../support/fenced-blocks.ts';

const Example = z.strictObject({ windows: z.array(PromotionWindow).min(1) });

/** What the page says of its examples, in their order: whether they are open at a time. */
const said: readonly (readonly [example: number, time: string, 'open' | 'closed'])[] = [
  [0, '2026-06-10T08:00Z', 'open'],
  [0, '2026-06-10T16:00Z', 'closed'],
  [0, '2026-06-13T10:00Z', 'closed'],
  [0, '2026-06-12T10:59Z', 'open'],
  [0, '2026-06-12T11:00Z', 'closed'],
  [1, '2026-12-18T04:59Z', 'open'],
  [1, '2026-12-18T05:00Z', 'closed'],
  [1, '2027-01-01T04:59Z', 'closed'],
  [1, '2027-01-01T05:00Z', 'open'],
  [2, '2026-03-29T00:59Z', 'open'],
  [2, '2026-03-29T01:00Z', 'closed'],
  [2, '2026-10-25T00:30Z', 'closed'],
  [2, '2026-10-25T00:45Z', 'open'],
  [2, '2026-10-25T01:30Z', 'closed'],
];

describe('docs/windows.md', () => {
  it('shows windows that can be read, and that are open when it says so', async () => {
    const page = await readFile(new URL('../../docs/windows.md', import.meta.url), 'utf8');
    const examples = fencedBlocks(page, 'yaml').map((block) => Example.parse(parse(block)).windows);
    assert.equal(examples.length, 3);
    for (const [example, time, expected] of said)
      assert.equal(windowState(examples[example] ?? [], Date.parse(time)).type, expected, `${example} at ${time}`);
  });

  it('says of a night over a change of the clock when it ends', () => {
    const night = { kind: 'Allow', schedule: '0 22 * * 6', duration: '8h', timeZone: 'Europe/London' } as const;
    const ends = ['2026-03-28T22:30Z', '2026-10-24T21:30Z'].map((time) => {
      const state = windowState([night], Date.parse(time));
      return state.type === 'open' && state.until !== undefined
        ? new Date(state.until).toLocaleTimeString('en-GB', { timeZone: 'Europe/London' })
        : state.type;
    });
    assert.deepEqual(ends, ['07:00:00', '05:00:00']);
  });
});
