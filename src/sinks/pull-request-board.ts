import type { Forge, Mark, SeenPullRequest } from '../forge/forge.ts';
import { forgetOldest } from '../model/forget-oldest.ts';

/** What is read by the board of a forge. */
type ReadForge = Pick<Forge, 'changes' | 'conflicting' | 'read'>;

/** A pull request as its forge last told it. */
export interface FollowedPullRequest extends SeenPullRequest {
  /** Its forge has said twice in a row that it conflicts with its base: once may be said while a forge finds it out. */
  readonly conflicts: boolean;
}

/** The pull requests of many promotions, read by one list for each repository and interval, and one of those that conflict. */
export interface PullRequestBoard {
  /** What is known of a pull request, at most an interval old; `place` names the repository and who asks. */
  readonly read: (place: string, forge: ReadForge, number: number) => Promise<FollowedPullRequest>;
}

interface Place {
  readonly pulls: Map<number, SeenPullRequest>;
  /** The numbers that were asked for, and not seen ended since. */
  readonly followed: Set<number>;
  /** Those of which the last list said that they conflict, and how often in a row. */
  conflicts: ReadonlyMap<number, number>;
  mark: Mark | undefined;
  /** When the list was last asked for, milliseconds. */
  askedAt: number;
  listing: Promise<void> | undefined;
}

/** Places and pull requests that are remembered; what is forgotten is read anew. */
const most = 1000;

/** A board whose lists are `interval` milliseconds apart. A list that fails fails all who wait for it, and is asked for again by the next. */
export const pullRequestBoard = ({
  now,
  interval,
}: {
  readonly now: () => number;
  readonly interval: number;
}): PullRequestBoard => {
  const places = new Map<string, Place>();
  const placeOf = (name: string): Place => {
    const place: Place = places.get(name) ?? {
      pulls: new Map(),
      followed: new Set(),
      conflicts: new Map(),
      mark: undefined,
      askedAt: -Infinity,
      listing: undefined,
    };
    // The one that was asked for last is forgotten last.
    places.delete(name);
    places.set(name, place);
    forgetOldest(places, most);
    return place;
  };
  const listConflicts = async (place: Place, forge: ReadForge): Promise<void> => {
    const open = [...place.followed].filter((number) => (place.pulls.get(number)?.state ?? 'open') === 'open');
    // What cannot be told now holds up nothing: it is asked for again with the next list.
    const said = open.length > 0 ? await forge.conflicting(open).catch(() => []) : [];
    place.conflicts = new Map(said.map((number) => [number, (place.conflicts.get(number) ?? 0) + 1]));
  };
  const list = async (place: Place, forge: ReadForge): Promise<void> => {
    const askedAt = now();
    try {
      const { pullRequests, mark } = await forge.changes(place.mark);
      // The list is newest first.
      for (const pull of [...pullRequests].reverse()) {
        place.pulls.delete(pull.number);
        place.pulls.set(pull.number, pull);
      }
      forgetOldest(place.pulls, most);
      await listConflicts(place, forge);
      place.mark = mark;
      place.askedAt = askedAt;
    } finally {
      place.listing = undefined;
    }
  };
  return {
    read: async (name, forge, number) => {
      const place = placeOf(name);
      place.followed.add(number);
      forgetOldest(place.followed, most);
      // A timer may ring a little early.
      if (now() - place.askedAt > interval * 0.95) await (place.listing ??= list(place, forge));
      const known = place.pulls.get(number) ?? (await forge.read(number));
      place.pulls.set(number, known);
      if (known.state !== 'open') place.followed.delete(number);
      return { ...known, conflicts: (place.conflicts.get(number) ?? 0) > 1 };
    },
  };
};
