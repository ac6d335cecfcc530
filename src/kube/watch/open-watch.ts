import { ask } from '../wire/ask.ts';
import { attendedLines } from '../wire/attended-lines.ts';
import { pathOf, queryOf } from './resource.ts';
import { readWatchLine, type WatchLine } from './watch-line.ts';
import type { Surroundings } from './watch-sight.ts';

/** Servers end a watch after so many seconds; spread, so that many clusters do not come back at once. */
const shortest = 240;
const longest = 480;

/** How long a server may go on after that. Milliseconds. */
const overtime = 30_000;

/** How long a server that has something to say, or that sends a bookmark a minute, may be silent. Milliseconds. */
export const longestSilence = 150_000;

/** A watch that the server has taken. */
export interface OpenWatch<T> {
  /** Tells each line, and how many characters it has, in the moment in which it comes; resolves when the server has ended the watch. */
  readonly read: (tell: (told: WatchLine<T>, length: number) => void) => Promise<void>;
  readonly openedAt: number;
  /** From now on the watch fails after so many milliseconds without a line. */
  readonly bear: (silence: number) => void;
}

/** Opens a watch of the resource in API version `served`; `query` says from where. Throws as `ask` does. */
export const openWatch = async <T>(
  surroundings: Surroundings<T>,
  served: string,
  query: Readonly<Record<string, string | undefined>>,
): Promise<OpenWatch<T>> => {
  const { clock, scheduler, resource, project } = surroundings;
  const seconds = Math.round(shortest + clock.random() * (longest - shortest));
  const all = { watch: 'true', allowWatchBookmarks: 'true', timeoutSeconds: String(seconds), ...query };
  const answer = await ask(surroundings, `${pathOf(resource, served)}?${queryOf(resource, all)}`);
  let silence = Infinity;
  const patience = {
    silence: (inLine: boolean) => (inLine ? Math.min(silence, longestSilence) : silence),
    total: seconds * 1000 + overtime,
  };
  return {
    read: (tell) =>
      attendedLines(
        answer,
        (line) => {
          tell(readWatchLine(line, project), line.length);
        },
        patience,
        scheduler,
      ),
    openedAt: scheduler.now(),
    bear: (milliseconds) => (silence = milliseconds),
  };
};
