import { allowance, type Allowance } from './allowance.ts';
import { afterEnd, eventIn, puzzledBy, silenceIn, stepAfter, type WatchEventLine } from './follow.ts';
import { BrokenStreamError } from '../wire/broken-stream.ts';
import { openWatch } from './open-watch.ts';
import type { See, Sight, Step, Surroundings } from './watch-sight.ts';
import { listed, type Streaming, type Watching } from './watch-state.ts';

/** How long a server may pause before it has told all there is; one that ignores what it was asked for never ends. Milliseconds. */
const longestPause = 30_000;

/** Is told by one watch all there is, up to a bookmark that says so, and then what changes: the "WatchList" of client-go. */
export const streamList = async <T>(begun: Streaming, surroundings: Surroundings<T>, see: See<T>): Promise<void> => {
  const leave = await surroundings.gate?.enter(surroundings.signal);
  try {
    const watch = await openWatch(surroundings, begun.served, queryOf(begun));
    const read = allowance();
    let first = undefined as Watching | undefined;
    let state = begun as Streaming | Watching;
    watch.bear(longestPause);
    see({ state, sight: { type: 'init' } });
    await watch.read((told, length) => {
      const event = eventIn(told);
      const step: StreamStep<T> =
        state.type === 'watching' ? stepAfter(state, event) : initialStep(state, event, length, read);
      state = step.state;
      if (state.type === 'watching') {
        first ??= state;
        leave?.();
        watch.bear(silenceIn(state));
      }
      see(step);
    });
    if (first === undefined || state.type === 'streaming')
      throw new BrokenStreamError('the server ended the watch before all there is was told');
    see({ state: await afterEnd(first, state, watch, surroundings) });
  } finally {
    leave?.();
  }
};

const queryOf = ({ version }: Streaming): Readonly<Record<string, string | undefined>> => ({
  sendInitialEvents: 'true',
  resourceVersionMatch: 'NotOlderThan',
  resourceVersion: version === '' ? undefined : version,
});

/** Where the stream stands after a line. */
interface StreamStep<T> extends Step<T> {
  readonly state: Streaming | Watching;
}

/** What a line says before all there is was told; a bookmark that says that it was is the beginning of a watch. */
const initialStep = <T>(state: Streaming, event: WatchEventLine<T>, length: number, read: Allowance): StreamStep<T> => {
  if (event.type === 'BOOKMARK')
    return event.endsInitial ? { state: listed(state, event.version), sight: { type: 'opened' } } : { state };
  read.take('objects', 1);
  read.take('bytes', length);
  return { state, sight: sightOf(event) };
};

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
