import type { Forge, Mark, SeenPullRequest } from '../forge/forge.ts';

/** The pull requests of many promotions, read by one list for each repository and interval. */
export interface PullRequestBoard {
  /** What is known of a pull request, at most an interval old; `place` names the repository and who asks. */
  readonly read: (place: string, forge: Pick<Forge, 'changes' | 'read'>, number: number) => Promise<SeenPullRequest>;
}

interface Place {
  readonly pulls: Map<number, SeenPullRequest>;
  mark: Mark | undefined;
  /** When the list was last asked for, milliseconds. */
  askedAt: number;
  listing: Promise<void> | undefined;
}

/** Places and pull requests that are remembered; what is forgotten is read anew. */
const longest = 1000;

const bounded = <K, V>(map: Map<K, V>): void => {
  for (const key of map.keys()) {
    if (map.size <= longest) return;
    map.delete(key);
  }
};

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
    const place = places.get(name) ?? { pulls: new Map(), mark: undefined, askedAt: -Infinity, listing: undefined };
    // The one that was asked for last is forgotten last.
    places.delete(name);
    places.set(name, place);
    bounded(places);
    return place;
  };
  const list = async (place: Place, forge: Pick<Forge, 'changes'>): Promise<void> => {
    const askedAt = now();
    try {
      const { pullRequests, mark } = await forge.changes(place.mark);
      // The list is newest first.
      for (const pull of [...pullRequests].reverse()) {
        place.pulls.delete(pull.number);
        place.pulls.set(pull.number, pull);
      }
      bounded(place.pulls);
      place.mark = mark;
      place.askedAt = askedAt;
    } finally {
      place.listing = undefined;
    }
  };
  return {
    read: async (name, forge, number) => {
      const place = placeOf(name);
      // A timer may ring a little early.
      if (now() - place.askedAt > interval * 0.95) await (place.listing ??= list(place, forge));
      const known = place.pulls.get(number) ?? (await forge.read(number));
      place.pulls.set(number, known);
      return known;
    },
  };
};
