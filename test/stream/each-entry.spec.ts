import assert from 'node:assert/strict';
import { Subject, NEVER, concat, of, finalize, map } from 'rxjs';
import { eachEntry } from '../../src/stream/each-entry.ts';

describe('eachEntry', () => {
  const start = () => {
    const said: string[] = [];
    const maps = new Subject<ReadonlyMap<string, number>>();
    const subscription = maps
      .pipe(
        eachEntry<string, number, string>({
          open: (key, value, before) =>
            concat(of(`open ${key} ${value} after ${String(before)}`), NEVER).pipe(
              finalize(() => said.push(`end ${key} ${value}`)),
            ),
          closed: (key) => `closed ${key}`,
          same: (before, after) => before === after,
        }),
      )
      .subscribe((result) => said.push(result));
    return { said, subscription, show: (...entries: readonly [string, number][]) => maps.next(new Map(entries)) };
  };

  it('opens a stream for each entry, once', () => {
    const { said, show } = start();
    show(['a', 1]);
    show(['a', 1], ['b', 2]);
    assert.deepEqual(said, ['open a 1 after undefined', 'open b 2 after undefined']);
  });

  it('closes the old stream before it opens one for another value', () => {
    const { said, show } = start();
    show(['a', 1]);
    show(['a', 2]);
    assert.deepEqual(said.slice(1), ['end a 1', 'open a 2 after 1']);
  });

  it('tells a stream of the values that continue its own', () => {
    const said: string[] = [];
    const maps = new Subject<ReadonlyMap<string, number>>();
    maps
      .pipe(
        eachEntry<string, number, string>({
          open: (_key, value, _before, values) => concat(of(`open ${value}`), values.pipe(map((now) => `now ${now}`))),
          closed: (key) => `closed ${key}`,
          same: (before, after) => before === after,
          continues: (before, after) => before < after,
        }),
      )
      .subscribe((result) => said.push(result));
    for (const value of [1, 2, 2, 1]) maps.next(new Map([['a', value]]));
    assert.deepEqual(said, ['open 1', 'now 1', 'now 2', 'open 1', 'now 1']);
  });

  it('closes the stream of an entry that has gone, and says so', () => {
    const { said, show } = start();
    show(['a', 1]);
    show();
    show(['a', 1]);
    assert.deepEqual(said.slice(1), ['end a 1', 'closed a', 'open a 1 after undefined']);
  });

  it('closes all streams with its own', () => {
    const { said, show, subscription } = start();
    show(['a', 1], ['b', 2]);
    subscription.unsubscribe();
    assert.deepEqual(said.slice(2), ['end a 1', 'end b 2']);
  });
});
