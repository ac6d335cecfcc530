import assert from 'node:assert/strict';
import { selector } from '../src/flag-values.ts';

const longest = 'a'.repeat(63);

/** What Kubernetes takes for a label selector, and what it does not. */
const selectors: Readonly<Record<'taken' | 'refused', readonly string[]>> = {
  taken: [
    '',
    ' ',
    'team',
    'in',
    '!team',
    '! team , owner ',
    'team=',
    'team==payments,tier!=test',
    'sharding.fluxcd.io/key=shard1',
    '0.1.2.domain/99 notin (10.10.100.1, tick.tack.clock)',
    'team in()',
    'team in (in,notin, a_b)',
    'team notin (payments,,search)',
    'generation > 3,generation<5',
    `${longest}=${longest}`,
  ],
  refused: [
    ',',
    'team,',
    ',team',
    'team,,owner',
    '!',
    '!!team',
    '!team=payments',
    '=payments',
    '!=payments',
    '>3',
    ' in (payments)',
    'in ()',
    'team in',
    'team in (payments',
    'team in (payments search)',
    'team in (payments)owner',
    'team nott in (payments)',
    'team payments',
    'team=payments search',
    'team==payments==search',
    'team=-payments',
    'team=payments/search',
    '-team',
    'team.',
    'Fluxcd.io/key',
    'fluxcd.io/',
    '/key',
    'a/b/c',
    'generation>three',
    'generation>',
    `${longest}a`,
    `team=${longest}a`,
  ],
};

describe('flag-values', () => {
  for (const [what, texts] of Object.entries(selectors))
    for (const text of texts)
      it(`as a label selector, ${JSON.stringify(text)} is ${what}`, () => {
        assert.equal(selector.safeParse(text).success, what === 'taken');
      });
});
