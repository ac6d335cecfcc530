import { FailureError } from '../model/failure.ts';
import type { Clone } from './clone.ts';
import { gitObject, type GitObject } from './git-object.ts';
import { markersIn } from './marker.ts';
import type { Edit } from './set-version.ts';
import { entriesOf, withObjects, type TreeEntry } from './tree.ts';

/** A folder or file after the edit. */
export interface TreeEdit extends Omit<Edit, 'text'> {
  readonly oid: string;
}

/** What is in a folder or file: how many files are searched, and for which Pipelines and environments there are markers. */
export interface Survey {
  readonly files: number;
  /** Undefined when there are too many to keep a list. */
  readonly markers: ReadonlySet<string> | undefined;
}

/** What was found out about folders and files, by object id: nothing is looked into twice. */
export type Surveys = Map<string, Survey>;

export interface TreeEditor {
  readonly clone: Clone;
  readonly surveys: Surveys;
  readonly marker: string;
  readonly edit: (path: string, text: string) => Edit;
  /** The objects that the edit makes. */
  readonly made: Map<string, GitObject>;
  /** What this edit made of folders and files: the same one may lie in many places. */
  readonly edited: Map<string, TreeEdit>;
  /** The files that hold the marker and were not touched. */
  readonly untouched: Untouched[];
}

/** A file that is not edited; `why` is the rest of the sentence. */
export interface Untouched {
  readonly path: string;
  readonly why: string;
}

// A folder of more markers is looked into again, which costs less than keeping a list of them for each of its versions.
const maxMarkersOfTree = 100;
const maxSurveys = 1_000_000;
const maxDepth = 500;

const tooDeep = () =>
  new FailureError({
    remedy: 'give-up',
    reason: 'RepositoryUnreadable',
    message: `Folders are nested deeper than ${maxDepth}: write one without them as the strategy's path`,
  });

/** Whether a file of this name is searched. */
export const isYaml = (name: string): boolean => /\.ya?ml$/i.test(name);

/** The entries that are searched: folders and YAML files, neither symlinks nor submodules. */
const searchedIn = (clone: Clone, oid: string) => {
  const content = clone.read(oid);
  return {
    content,
    entries: entriesOf(content).filter(
      (entry) => entry.kind === 'tree' || (entry.kind === 'file' && isYaml(entry.name)),
    ),
  };
};

const none: ReadonlySet<string> = new Set();

const surveyFile = (clone: Clone, oid: string): Survey => {
  const file = clone.file(oid);
  if (file?.type === 'marked') return { files: 1, markers: markersIn(clone.read(oid).toString()) };
  return { files: 1, markers: file?.type === 'unreadable' ? new Set(file.markers) : none };
};

const surveyTree = (clone: Clone, surveys: Surveys, oid: string, depth: number): Survey => {
  let files = 0;
  let markers: Set<string> | undefined = new Set<string>();
  for (const entry of searchedIn(clone, oid).entries) {
    const inside = survey(clone, surveys, entry, depth + 1);
    files += inside.files;
    if (!inside.markers) markers = undefined;
    for (const marker of inside.markers ?? none) markers?.add(marker);
    if (markers && markers.size > maxMarkersOfTree) markers = undefined;
  }
  return { files, markers: markers?.size === 0 ? none : markers };
};

/** What is in a folder or file, known from before or looked up. */
export const survey = (
  clone: Clone,
  surveys: Surveys,
  { oid, kind }: Pick<TreeEntry, 'oid' | 'kind'>,
  depth = 0,
): Survey => {
  const known = surveys.get(oid);
  if (known) return known;
  if (depth > maxDepth) throw tooDeep();
  const found = kind === 'tree' ? surveyTree(clone, surveys, oid, depth) : surveyFile(clone, oid);
  if (surveys.size >= maxSurveys) surveys.clear();
  surveys.set(oid, found);
  return found;
};

const unchanged = (oid: string, found = 0): TreeEdit => ({ oid, found, changed: 0 });

const keep = ({ made }: TreeEditor, object: GitObject): string => {
  made.set(object.oid, object);
  return object.oid;
};

const editFile = (editor: TreeEditor, path: string, oid: string): TreeEdit => {
  const { clone, edit, untouched } = editor;
  const file = clone.file(oid);
  if (file?.type === 'unreadable') untouched.push({ path, why: file.why });
  if (file?.type !== 'marked') return unchanged(oid);
  // Decoded so that it is encoded to the same bytes again: what stands at its beginning stays.
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(clone.read(oid));
  const { text: after, found, changed } = edit(path, text);
  if (changed === 0) return unchanged(oid, found);
  return { oid: keep(editor, gitObject('blob', Buffer.from(after))), found, changed };
};

const editTree = (editor: TreeEditor, path: string, oid: string): TreeEdit => {
  const { content, entries } = searchedIn(editor.clone, oid);
  const changes = new Map<TreeEntry, string>();
  let [found, changed] = [0, 0];
  for (const entry of entries) {
    const part = editEntry(editor, `${path}${path === '' ? '' : '/'}${entry.name}`, entry);
    found += part.found;
    changed += part.changed;
    if (part.oid !== entry.oid) changes.set(entry, part.oid);
  }
  if (changes.size === 0) return unchanged(oid, found);
  return { oid: keep(editor, gitObject('tree', withObjects(content, changes))), found, changed };
};

/**
 * Edits a folder, and every YAML file in it, or a file; without a checkout. `path` is where it lies, one character for each byte.
 * Neither symlinks nor submodules are followed.
 */
export const editEntry = (editor: TreeEditor, path: string, entry: Pick<TreeEntry, 'oid' | 'kind'>): TreeEdit => {
  const { oid, kind } = entry;
  const known = editor.edited.get(oid);
  if (known) return known;
  const { markers } = survey(editor.clone, editor.surveys, entry, path.split('/').length);
  if (markers && !markers.has(editor.marker)) return unchanged(oid);
  const edited = kind === 'tree' ? editTree(editor, path, oid) : editFile(editor, path, oid);
  editor.edited.set(oid, edited);
  return edited;
};
