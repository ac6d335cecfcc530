import assert from 'node:assert/strict';
import { from, toArray, lastValueFrom } from 'rxjs';
import { reflect, type Change } from '../../src/stream/reflect.ts';
import type { WatchEvent } from '../../src/stream/watch-event.ts';

interface Thing {
  readonly name: string;
  readonly uid: string;
  readonly value: number;
}

const thing = (name: string, value = 0, uid = `uid-${name}`): Thing => ({ name, uid, value });

const changesOf = (...events: readonly WatchEvent<Thing, string>[]): Promise<Change<Thing, string>[]> =>
  lastValueFrom(
    from(events).pipe(
      reflect<Thing, string>({
        key: ({ name }) => name,
        uid: ({ uid }) => uid,
        same: (before, after) => before.value === after.value,
      }),
      toArray(),
    ),
  );

const listed = (...objects: readonly Thing[]): WatchEvent<Thing, string>[] => [
  { type: 'init' },
  ...objects.map((object) => ({ type: 'init-apply', object }) as const),
  { type: 'init-done' },
];

describe('reflect', () => {
  it('tells a list as one change, when it is complete', async () => {
    assert.deepEqual(await changesOf(...listed(thing('a'), thing('b'))), [
      { type: 'replaced', objects: [thing('a'), thing('b')] },
    ]);
    assert.deepEqual(await changesOf({ type: 'init' }, { type: 'init-apply', object: thing('a') }), []);
  });

  it('forgets a list that is begun anew', async () => {
    const changes = await changesOf(
      { type: 'init' },
      { type: 'init-apply', object: thing('a') },
      ...listed(thing('b')),
    );
    assert.deepEqual(changes, [{ type: 'replaced', objects: [thing('b')] }]);
  });

  it('leaves out of a list what has gone while it came', async () => {
    const changes = await changesOf(
      { type: 'init' },
      { type: 'init-apply', object: thing('a') },
      { type: 'init-apply', object: thing('b') },
      { type: 'init-delete', object: thing('a') },
      { type: 'init-done' },
    );
    assert.deepEqual(changes, [{ type: 'replaced', objects: [thing('b')] }]);
  });

  it('does not tell what says nothing new', async () => {
    const changes = await changesOf(
      ...listed(thing('a', 1)),
      { type: 'apply', object: thing('a', 1) },
      { type: 'apply', object: thing('a', 2) },
      { type: 'apply', object: thing('a', 2) },
    );
    assert.deepEqual(changes.slice(1), [{ type: 'apply', object: thing('a', 2) }]);
  });

  it('tells another uid under a known key as a delete and an apply', async () => {
    const changes = await changesOf(...listed(thing('a', 1, 'old')), { type: 'apply', object: thing('a', 1, 'new') });
    assert.deepEqual(changes.slice(1), [
      { type: 'delete', object: thing('a', 1, 'old') },
      { type: 'apply', object: thing('a', 1, 'new') },
    ]);
  });

  it('tells the deletion of what is known, and of nothing else', async () => {
    const changes = await changesOf(
      ...listed(thing('a')),
      { type: 'delete', object: thing('b') },
      { type: 'delete', object: thing('a') },
    );
    assert.deepEqual(changes.slice(1), [{ type: 'delete', object: thing('a') }]);
  });

  it('passes loss and resumption on, and keeps what it holds meanwhile', async () => {
    const changes = await changesOf(
      ...listed(thing('a', 1)),
      { type: 'lost', failure: 'gone' },
      { type: 'resumed' },
      { type: 'apply', object: thing('a', 1) },
    );
    assert.deepEqual(changes.slice(1), [{ type: 'lost', failure: 'gone' }, { type: 'resumed' }]);
  });
});
