import { ask } from './ask.ts';
import { BrokenStreamError, linesOf } from './lines.ts';
import { RefusedError } from './refusal.ts';
import { pathOf, queryOf } from './resource.ts';
import { readWatchLine, type WatchLine } from './watch-line.ts';
import type { Sight, Step, Surroundings } from './watch-sight.ts';
import type { Watching } from './watch-state.ts';
import { attended } from './watchdog.ts';

/** Servers end a watch after so many seconds; spread, so that many clusters do not come back at once. */
const shortest = 240;
const longest = 480;

/** How long a server may go on after that, and how long one that sends a bookmark a minute may be silent. Milliseconds. */
const overtime = 30_000;
const longestSilence = 150_000;

/** A watch that ends sooner than this and has brought nothing has failed. Milliseconds. */
const tooShort = 1000;

type WatchEventLine = Exclude<WatchLine, { type: 'ERROR' }>;

/** Watches from the state's version until the server ends the watch; every line moves the state. */
export async function* follow<T>(
  begun: Watching,
  surroundings: Surroundings<T>,
): AsyncGenerator<Step<T>, void, undefined> {
  const { clock, scheduler, project } = surroundings;
  const seconds = Math.round(shortest + clock.random() * (longest - shortest));
  const response = await ask(surroundings, pathOfWatch(begun, surroundings, seconds));
  const opened = scheduler.now();
  let state = begun;
  yield { state, sight: { type: 'opened' } };

  const patience = {
    silence: () => (state.bookmarks ? longestSilence : Infinity),
    total: seconds * 1000 + overtime,
  };
  for await (const line of linesOf(attended(response, patience, scheduler))) {
    const event = readWatchLine(line);
    if (event.type === 'ERROR') throw new RefusedError(event.refusal);
    state = stateAfter(state, event);
    yield { state, sight: sightOf(event, project) };
  }
  if (state.version === begun.version && scheduler.now() - opened < tooShort)
    throw new BrokenStreamError('the server ended the watch at once');
}

const pathOfWatch = <T>({ served, version }: Watching, { resource }: Surroundings<T>, seconds: number): string => {
  const query = {
    watch: 'true',
    allowWatchBookmarks: 'true',
    timeoutSeconds: String(seconds),
    resourceVersion: version,
  };
  return `${pathOf(resource, served)}?${queryOf(resource, query)}`;
};

const stateAfter = (state: Watching, event: WatchEventLine): Watching => {
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

const sightOf = <T>(event: WatchEventLine, project: (raw: unknown) => T): Sight<T> => {
  switch (event.type) {
    case 'ADDED':
    case 'MODIFIED':
      return { type: 'apply', object: project(event.raw) };
    case 'DELETED':
      return { type: 'delete', object: project(event.raw) };
    case 'BOOKMARK':
      return { type: 'bookmark' };
    case 'unknown':
      return { type: 'puzzled', message: `an event of the unknown type ${event.name.slice(0, 40)} was skipped` };
  }
};
