import { BrokenStreamError } from '../wire/broken-stream.ts';
import { longestSilence, openWatch, type OpenWatch } from './open-watch.ts';
import { refuseFuture } from './refuse-future.ts';
import { RefusedError } from '../wire/refusal.ts';
import { servedVersion } from './served-version.ts';
import type { WatchLine } from './watch-line.ts';
import type { See, Sight, Step, Surroundings } from './watch-sight.ts';
import { listAgain, type Watching, type WatchState } from './watch-state.ts';

/** A watch that ends sooner than this and has brought nothing has failed. Milliseconds. */
const tooShort = 1000;

/** A line of a watch that goes on. */
export type WatchEventLine<T> = Exclude<WatchLine<T>, { type: 'ERROR' }>;

/** Watches from the state's version until the server ends the watch. */
export const follow = async <T>(begun: Watching, surroundings: Surroundings<T>, see: See<T>): Promise<void> => {
  const watch = await openWatch(surroundings, begun.served, { resourceVersion: begun.version });
  let state = begun;
  watch.bear(silenceIn(state));
  see({ state, sight: { type: 'opened' } });
  await watch.read((told) => {
    const step = stepAfter(state, eventIn(told));
    state = step.state;
    watch.bear(silenceIn(state));
    see(step);
  });
  see({ state: await afterEnd(begun, state, watch, surroundings) });
};

/** Where a watch stands after a line. */
interface WatchingStep<T> extends Step<T> {
  readonly state: Watching;
}

/** What a line of an open watch says; every line moves the state. */
export const stepAfter = <T>(state: Watching, event: WatchEventLine<T>): WatchingStep<T> => ({
  state: stateAfter(state, event),
  sight: sightOf(event),
});

/** What follows a watch that the server has ended, which had told everything up to `begun`; throws when that was no clean end. */
export const afterEnd = async <T>(
  begun: Watching,
  state: Watching,
  { openedAt }: OpenWatch<T>,
  surroundings: Surroundings<T>,
): Promise<WatchState> => {
  if (state.version === begun.version) {
    if (surroundings.scheduler.now() - openedAt < tooShort)
      throw new BrokenStreamError('the server ended the watch at once');
    // Where bookmarks come, a silence does not last until the end of a watch.
    if (!state.bookmarks) await refuseFuture(surroundings, state.served, state.version);
  }
  return (await isOutdated(state, surroundings)) ? listAgain(state, state.version) : state;
};

/** What a line told; throws a RefusedError for an ERROR event. */
export const eventIn = <T>(event: WatchLine<T>): WatchEventLine<T> => {
  if (event.type === 'ERROR') throw new RefusedError(event.refusal);
  return event;
};

/** A change of its CustomResourceDefinition ends a watch cleanly: perhaps a better version is served now. */
const isOutdated = async <T>({ served }: Watching, surroundings: Surroundings<T>): Promise<boolean> =>
  served !== surroundings.resource.versions[0] && served !== (await servedVersion(surroundings.resource, surroundings));

/** How long a watch may be silent, milliseconds: where bookmarks come, silence means something. */
export const silenceIn = ({ bookmarks }: Watching): number => (bookmarks ? longestSilence : Infinity);

const stateAfter = (state: Watching, event: WatchEventLine<unknown>): Watching => {
  switch (event.type) {
    case 'BOOKMARK':
      return { ...state, version: event.version, broken: 0, bookmarks: true };
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      return { ...state, version: event.version, broken: 0 };
    case 'unknown':
      return state;
  }
};

const sightOf = <T>(event: WatchEventLine<T>): Sight<T> => {
  switch (event.type) {
    case 'ADDED':
    case 'MODIFIED':
      return { type: 'apply', object: event.object };
    case 'DELETED':
      return { type: 'delete', object: event.object };
    case 'BOOKMARK':
      return { type: 'bookmark' };
    case 'unknown':
      return puzzledBy(event.name);
  }
};

/** What is said of an event of a type that is not known here. */
export const puzzledBy = (name: string): Sight<never> => ({
  type: 'puzzled',
  message: `an event of the unknown type ${name.slice(0, 40)} was skipped`,
});
