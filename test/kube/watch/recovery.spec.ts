import assert from 'node:assert/strict';
import { TooMuchError } from '../../../src/kube/watch/allowance.ts';
import { recoverFrom } from '../../../src/kube/watch/recovery.ts';
import type { Active } from '../../../src/kube/watch/watch-state.ts';

const known = { served: 'v1', bookmarks: false, streams: true } as const;
const read = { pages: 1, objects: 100, bytes: 0 };

describe('recoverFrom', () => {
  const atOnce: Readonly<Record<string, Active>> = {
    'a stream': { ...known, type: 'streaming', version: '7' },
    'a list from a cache': { ...known, type: 'listing', version: '0', page: { type: 'first' } },
    'a list not older than a version': { ...known, type: 'listing', version: '7', page: { type: 'first' } },
    'a list after pages that expired': { ...known, type: 'listing', version: '', page: { type: 'whole' } },
  };
  for (const [name, state] of Object.entries(atOnce))
    it(`asks soon for pages, and for no stream, when there is too much in ${name}`, () => {
      const { next, pace } = recoverFrom(state, new TooMuchError('bytes'), 'here');
      assert.equal(pace, 'patiently');
      assert.deepEqual(next, { type: 'asking', version: '', bookmarks: false, streams: false });
    });

  const paged: Readonly<Record<string, Active>> = {
    'a first page': { ...known, type: 'listing', version: '', page: { type: 'first' } },
    'a later page': { ...known, type: 'listing', version: '', page: { type: 'next', token: 'x', read } },
  };
  for (const [name, state] of Object.entries(paged))
    it(`leaves a server alone that says too much in ${name}`, () => {
      assert.equal(recoverFrom(state, new TooMuchError('bytes'), 'here').pace, 'slowly');
    });

  it('leaves a server alone that has too many objects', () => {
    for (const state of Object.values(atOnce))
      assert.equal(recoverFrom(state, new TooMuchError('objects'), 'here').pace, 'slowly');
  });
});
