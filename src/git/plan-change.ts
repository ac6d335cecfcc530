import { compareVersions } from '../model/compare-versions.ts';
import { FailureError } from '../model/failure.ts';
import type { ChangeRequest, ProposedChange } from './change.ts';
import type { Clone } from './clone.ts';
import { readCommit, writeCommit, type CommitAuthor } from './commit.ts';
import { editEntry, isYaml, survey, type Surveys, type TreeEditor, type Untouched } from './edit-tree.ts';
import { folderOf } from './folder.ts';
import { gitObject, type GitObject } from './git-object.ts';
import { markerValue } from './marker.ts';
import { setVersion } from './set-version.ts';
import { entriesOf, withObjects, type TreeEntry } from './tree.ts';
import { UnusableMarkerError } from './unusable-marker.ts';
import { notSearched, shownPath } from './untouched.ts';

/** Where changes are made: everything of the commit `base` is in the clone. */
export interface Workplace {
  readonly url: string;
  readonly clone: Clone;
  readonly surveys: Surveys;
  readonly author: CommitAuthor;
  readonly committer: CommitAuthor;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** A commit to be pushed, with the objects that it needs beside those of its base. */
export interface PlannedCommit {
  readonly type: 'commit';
  readonly head: string;
  readonly tree: string;
  readonly objects: readonly GitObject[];
  readonly untouched: readonly Untouched[];
}

type Plan =
  | PlannedCommit
  | Omit<Extract<ProposedChange, { type: 'nothing-to-change' }>, 'isOurs'>
  | Extract<ProposedChange, { type: 'no-marker' }>;

const baseIsNewer = (url: string, base: string, path: string, version: string) =>
  new FailureError({
    remedy: 'wait',
    reason: 'BaseIsNewer',
    message: `${shownPath(path)} says ${version} in ${base} of ${url}, which is newer: close the pull request, or set allowDowngrade`,
  });

const editFor =
  (url: string, { base, marker, revision, forwardOnly = false }: ChangeRequest) =>
  (path: string, text: string) => {
    try {
      return setVersion(text, marker, revision, (before) => {
        if (forwardOnly && compareVersions(revision, before) === 'older') throw baseIsNewer(url, base, path, before);
      });
    } catch (error) {
      if (!(error instanceof UnusableMarkerError)) throw error;
      throw new FailureError({
        remedy: 'wait',
        reason: 'MarkerUnusable',
        message: `${shownPath(path)} in ${url} holds the marker of this environment, but ${error.message}`,
      });
    }
  };

/** A folder on the way to the one that is searched, and the entry that leads on. */
interface Step {
  readonly content: Buffer;
  readonly entry: TreeEntry;
}

/** The way from the root to what a path names; undefined when there is no such thing. */
const wayTo = (clone: Clone, root: string, names: readonly string[]): readonly Step[] | undefined => {
  const steps: Step[] = [];
  let at: Pick<TreeEntry, 'oid' | 'kind'> = { oid: root, kind: 'tree' };
  for (const name of names) {
    if (at.kind !== 'tree') return undefined;
    const content = clone.read(at.oid);
    const entry = entriesOf(content).find((candidate) => candidate.name === name);
    if (!entry) return undefined;
    steps.push({ content, entry });
    at = entry;
  }
  return steps;
};

/** The root after what lies at the end of the way has become another object, with the folders in between. */
const climb = (steps: readonly Step[], oid: string, made: Map<string, GitObject>): string =>
  steps.reduceRight((below, { content, entry }) => {
    const tree = gitObject('tree', withObjects(content, new Map([[entry, below]])));
    made.set(tree.oid, tree);
    return tree.oid;
  }, oid);

const commitOf = (place: Workplace, tree: string, parent: string, message: string): GitObject => {
  const { author, committer, now } = place;
  return gitObject(
    'commit',
    writeCommit({ tree, parents: [parent], author, committer, message }, Math.floor(now / 1000)),
  );
};

/** What a path names: a folder or a YAML file, or else why there is nothing to search. */
const placeIn = (clone: Clone, root: string, path = '') => {
  const names = folderOf(path).map((name) => Buffer.from(name).toString('latin1'));
  const steps = wayTo(clone, root, names);
  const shown = names.join('/');
  const top = steps && (steps.at(-1)?.entry ?? { oid: root, kind: 'tree' as const });
  if (top?.kind === 'symlink' || top?.kind === 'submodule')
    return { type: 'nothing', untouched: [{ path: shown, why: `is a ${top.kind}` }] } as const;
  if (!top || (top.kind === 'file' && !isYaml(shown))) return { type: 'nothing', untouched: [] } as const;
  return { type: 'something', path: shown, steps, top } as const;
};

/** What a change comes to on a base; nothing is pushed yet. */
export const planChange = (place: Workplace, request: ChangeRequest, base: string): Plan => {
  const { clone, surveys } = place;
  const found = placeIn(clone, readCommit(clone.read(base)).tree, request.path);
  if (found.type === 'nothing') return { type: 'no-marker', searched: 0, untouched: found.untouched };
  const { path, steps, top } = found;
  const editor: TreeEditor = {
    clone,
    surveys,
    marker: markerValue(request.marker),
    edit: editFor(place.url, request),
    made: new Map(),
    edited: new Map(),
    untouched: [],
  };
  const edited = editEntry(editor, path, top);
  const { made, untouched } = editor;
  if (edited.found === 0) {
    const others = top.kind === 'tree' ? notSearched(clone, top.oid, path) : [];
    return { type: 'no-marker', searched: survey(clone, surveys, top).files, untouched: [...untouched, ...others] };
  }
  if (edited.changed === 0) return { type: 'nothing-to-change', untouched };
  const tree = climb(steps, edited.oid, made);
  const commit = commitOf(place, tree, base, request.message);
  return { type: 'commit', head: commit.oid, tree, objects: [...made.values(), commit], untouched };
};
