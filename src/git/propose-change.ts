import git, { type CommitObject } from 'isomorphic-git';
import { FailureError } from '../model/failure.ts';
import { fetchBranch, fetchTip, type Clone } from './clone.ts';
import { editTree, type MarkerIndex, type TreeEdit } from './edit-tree.ts';
import { markerValue, type Marker } from './marker.ts';
import { listBranches, pushBranch } from './push.ts';
import { setVersion } from './set-version.ts';
import { UnusableMarkerError } from './unusable-marker.ts';

export interface CommitAuthor {
  readonly name: string;
  readonly email: string;
}

/** A revision to be written at all scalars of one marker, in one commit on a branch of its own. */
export interface ChangeRequest {
  readonly base: string;
  readonly branch: string;
  /** The folder that is searched; the whole repository when absent. */
  readonly path?: string | undefined;
  readonly marker: Marker;
  readonly revision: string;
  readonly message: string;
}

export type ProposedChange =
  | { readonly type: 'pushed'; readonly head: string }
  /** The branch is there: with this very change, or with a person's commits, which are kept. */
  | { readonly type: 'already-there'; readonly head: string }
  /** The base says the revision already; nothing was pushed. */
  | { readonly type: 'nothing-to-change' }
  /** No scalar carries the marker in the `searched` files; nothing was pushed. */
  | { readonly type: 'no-marker'; readonly searched: number };

export interface Workplace {
  readonly clone: Clone;
  readonly index: MarkerIndex;
  readonly author: CommitAuthor;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

const folderOf = (path = ''): readonly string[] => {
  const folder = path.split('/').filter((name) => name !== '' && name !== '.');
  if (folder.includes('..'))
    throw new FailureError({
      remedy: 'give-up',
      reason: 'InvalidPath',
      message: `The strategy's path ${path} leaves the repository: write a folder inside it`,
    });
  return folder;
};

const editFor =
  ({ marker, revision }: ChangeRequest, repository: string) =>
  (path: string, text: string) => {
    try {
      return setVersion(text, marker, revision);
    } catch (error) {
      if (!(error instanceof UnusableMarkerError)) throw error;
      throw new FailureError({
        remedy: 'wait',
        reason: 'MarkerUnusable',
        message: `${path} in ${repository} holds the marker of this environment, but ${error.message}`,
      });
    }
  };

const makeCommit = async ({ clone, author, now }: Workplace, tree: string, parent: string, message: string) => {
  const signature = { ...author, timestamp: Math.floor(now / 1000), timezoneOffset: 0 };
  const commit: CommitObject = { message, tree, parent: [parent], author: signature, committer: signature };
  return git.writeCommit({ ...clone.at, commit });
};

/** Whether a commit is one that Leafwatch made, with this message when one is given: a person who amends or rebases it signs as its committer. */
export const isOurs = (commit: CommitObject, author: CommitAuthor, message = commit.message): boolean =>
  commit.message.trim() === message.trim() &&
  [commit.author, commit.committer].every(({ name, email }) => name === author.name && email === author.email);

/** Whether the branch at `tip` must stay as it is: it holds this very change, or a commit that is not ours. */
const isToStay = async (place: Workplace, request: ChangeRequest, edited: TreeEdit, base: string) => {
  const tip = await fetchTip(place.clone, request.branch, base);
  const { commit } = await git.readCommit({ ...place.clone.at, oid: tip });
  const isThisChange = commit.tree === edited.oid && commit.parent.length === 1 && commit.parent[0] === base;
  return isThisChange || !isOurs(commit, place.author, request.message);
};

const baseNotFound = (url: string, base: string) =>
  new FailureError({
    remedy: 'wait',
    reason: 'BaseBranchNotFound',
    message: `${url} has no branch ${base}: create it, or correct the strategy's baseBranch`,
  });

/**
 * Pushes the branch of a change, made on the newest commit of its base. It can be repeated: a branch that an earlier run
 * left is found, and made anew only when every commit on it is ours.
 */
export const proposeChange = async (place: Workplace, request: ChangeRequest): Promise<ProposedChange> => {
  const { clone, index } = place;
  const { remote, at } = clone;
  const folder = folderOf(request.path);
  const { branches, capabilities } = await listBranches(remote);
  const tip = branches.get(request.base);
  if (tip === undefined) throw baseNotFound(remote.url, request.base);
  const base = await fetchBranch(clone, request.base, tip);
  const { commit } = await git.readCommit({ ...at, oid: base });
  const editor = { clone, index, marker: markerValue(request.marker), edit: editFor(request, remote.url) };
  const edited = await editTree(editor, commit.tree, folder);
  if (edited.found === 0) return { type: 'no-marker', searched: edited.files };
  if (edited.changed === 0) return { type: 'nothing-to-change' };
  const from = branches.get(request.branch);
  if (from !== undefined && (await isToStay(place, request, edited, base)))
    return { type: 'already-there', head: from };
  const head = await makeCommit(place, edited.oid, base, request.message);
  const { packfile } = await git.packObjects({ ...at, oids: [...new Set([...edited.written, head])] });
  if (!packfile) throw new Error('no pack was made');
  await pushBranch(remote, capabilities, { branch: request.branch, from, to: head, pack: packfile });
  return { type: 'pushed', head };
};
