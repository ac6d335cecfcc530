import { allowance } from './allowance.ts';
import { eventIn, goOn, puzzledBy, type WatchEventLine } from './follow.ts';
import { BrokenStreamError } from '../wire/broken-stream.ts';
import { openWatch, type OpenWatch } from './open-watch.ts';
import type { Sight, Step, Surroundings } from './watch-sight.ts';
import { listed, type Streaming } from './watch-state.ts';

/** How long a server may pause before it has told all there is; one that ignores what it was asked for never ends. Milliseconds. */
const longestPause = 30_000;

/** Is told by one watch all there is, up to a bookmark that says so, and then what changes: the "WatchList" of client-go. */
export async function* streamList<T>(
  begun: Streaming,
  surroundings: Surroundings<T>,
): AsyncGenerator<Step<T>, void, undefined> {
  const leave = await surroundings.gate?.enter(surroundings.signal);
  try {
    const watch = await openWatch(surroundings, begun.served, {
      sendInitialEvents: 'true',
      resourceVersionMatch: 'NotOlderThan',
      resourceVersion: begun.version === '' ? undefined : begun.version,
    });
    try {
      const version = yield* initialEvents(begun, watch);
      leave?.();
      const state = listed(begun, version);
      yield { state, sight: { type: 'opened' } };
      yield* goOn(state, watch, surroundings);
    } finally {
      await watch.lines.return();
    }
  } finally {
    leave?.();
  }
}

/** Tells what there is, and returns the version at which it was so. */
async function* initialEvents<T>(
  state: Streaming,
  { lines, bear }: OpenWatch<T>,
): AsyncGenerator<Step<T>, string, undefined> {
  const read = allowance();
  bear(longestPause);
  yield { state, sight: { type: 'init' } };
  // Not a `for await`, which would end the watch with the loop.
  for (;;) {
    const { value: line, done } = await lines.next();
    if (done === true) throw new BrokenStreamError('the server ended the watch before all there is was told');
    const event = eventIn(line.told);
    if (event.type === 'BOOKMARK') {
      if (event.endsInitial) return event.version;
    } else {
      read.take('objects', 1);
      read.take('bytes', line.length);
      yield { state, sight: sightOf(event) };
    }
  }
}

/** What changes while it is told is part of it. */
const sightOf = <T>(event: Exclude<WatchEventLine<T>, { type: 'BOOKMARK' }>): Sight<T> => {
  switch (event.type) {
    case 'ADDED':
    case 'MODIFIED':
      return { type: 'init-apply', object: event.object };
    case 'DELETED':
      return { type: 'init-delete', object: event.object };
    case 'unknown':
      return puzzledBy(event.name);
  }
};
