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
  /** What is known of a pull request, at most an interval old; `key` names the repository and who asks. */
  readonly read: (key: string, forge: ReadForge, number: number) => Promise<FollowedPullRequest>;
}

/** What is known of a repository. */
interface Known {
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

/** Repositories and pull requests that are remembered; what is forgotten is read anew. */
const most = 1000;

/** A board whose lists are `interval` milliseconds apart. A list that fails fails all who wait for it, and is asked for again by the next. */
export const pullRequestBoard = ({
  now,
  interval,
}: {
  readonly now: () => number;
  readonly interval: number;
}): PullRequestBoard => {
  const repositories = new Map<string, Known>();
  const knownOf = (key: string): Known => {
    const known: Known = repositories.get(key) ?? {
      pulls: new Map(),
      followed: new Set(),
      conflicts: new Map(),
      mark: undefined,
      askedAt: -Infinity,
      listing: undefined,
    };
    // The one that was asked for last is forgotten last.
    repositories.delete(key);
    repositories.set(key, known);
    forgetOldest(repositories, most);
    return known;
  };
  const listConflicts = async (known: Known, forge: ReadForge): Promise<void> => {
    const open = [...known.followed].filter((number) => (known.pulls.get(number)?.state ?? 'open') === 'open');
    // What cannot be told now holds up nothing: it is asked for again with the next list.
    const said = open.length > 0 ? await forge.conflicting(open).catch(() => []) : [];
    known.conflicts = new Map(said.map((number) => [number, (known.conflicts.get(number) ?? 0) + 1]));
  };
  const list = async (known: Known, forge: ReadForge): Promise<void> => {
    const askedAt = now();
    try {
      const { pullRequests, mark } = await forge.changes(known.mark);
      // The list is newest first.
      for (const pull of [...pullRequests].reverse()) {
        known.pulls.delete(pull.number);
        known.pulls.set(pull.number, pull);
      }
      forgetOldest(known.pulls, most);
      await listConflicts(known, forge);
      known.mark = mark;
      known.askedAt = askedAt;
    } finally {
      known.listing = undefined;
    }
  };
  return {
    read: async (key, forge, number) => {
      const known = knownOf(key);
      known.followed.add(number);
      forgetOldest(known.followed, most);
      // A timer may ring a little early.
      if (now() - known.askedAt > interval * 0.95) await (known.listing ??= list(known, forge));
      const answer = known.pulls.get(number) ?? (await forge.read(number));
      // A list may have told more since it was asked for.
      const pull = known.pulls.get(number) ?? answer;
      known.pulls.set(number, pull);
      if (pull.state !== 'open') known.followed.delete(number);
      return { ...pull, conflicts: (known.conflicts.get(number) ?? 0) > 1 };
    },
  };
};
