import git, { type TreeEntry } from 'isomorphic-git';
import type { Clone } from './clone.ts';
import { markersIn } from './marker.ts';
import type { Edit } from './set-version.ts';

/** A tree or file after the edit: its object id, what was found in it, and the objects that were made. */
export interface TreeEdit extends Omit<Edit, 'text'> {
  readonly oid: string;
  /** How many files were searched. */
  readonly files: number;
  /** The markers in it, of whatever Pipeline and environment. */
  readonly markers: ReadonlySet<string>;
  readonly written: readonly string[];
}

/** What trees and files hold, by object id, so that one without the marker that is looked for is not read twice. */
export type MarkerIndex = Map<string, Pick<TreeEdit, 'files' | 'markers'>>;

export interface TreeEditor {
  readonly clone: Clone;
  readonly marker: string;
  readonly edit: (path: string, text: string) => Edit;
  readonly index: MarkerIndex;
}

// A tree of more markers is looked into again, which costs less than keeping a list of them for each of its versions.
const maxMarkersOfTree = 100;
const maxIndex = 200_000;

const maxBytes = 1024 * 1024;

const none: ReadonlySet<string> = new Set();

const unchanged = (oid: string, files: number, markers = none): TreeEdit => ({
  oid,
  files,
  markers,
  found: 0,
  changed: 0,
  written: [],
});

const learn = ({ index }: TreeEditor, oid: string, { files, markers }: Pick<TreeEdit, 'files' | 'markers'>): void => {
  if (index.size > maxIndex) index.clear();
  index.set(oid, { files, markers });
};

/** The text of a file that can hold a marker: neither large nor binary. Decoded so that it is encoded again to the same bytes. */
const markedText = (blob: Uint8Array): string | undefined => {
  if (blob.length > maxBytes || !Buffer.from(blob.buffer, blob.byteOffset, blob.length).includes('$promotion'))
    return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(blob);
  } catch {
    return undefined;
  }
};

const editFile = async (editor: TreeEditor, path: string, oid: string): Promise<TreeEdit> => {
  const { clone, marker, edit } = editor;
  const { blob } = await git.readBlob({ ...clone.at, oid });
  const text = markedText(blob);
  const same = unchanged(oid, 1, text === undefined ? none : markersIn(text));
  learn(editor, oid, same);
  if (text === undefined || !same.markers.has(marker)) return same;
  const { text: edited, found, changed } = edit(path, text);
  if (changed === 0) return { ...same, found };
  const written = await git.writeBlob({ ...clone.at, blob: Buffer.from(edited) });
  return { ...same, oid: written, found, changed, written: [written] };
};

const isYaml = (entry: TreeEntry): boolean =>
  entry.type === 'blob' && entry.mode !== '120000' && /\.ya?ml$/i.test(entry.path);

const editEntry = (editor: TreeEditor, path: string, { oid, type }: TreeEntry, inside: readonly string[]) => {
  const known = inside.length === 0 ? editor.index.get(oid) : undefined;
  if (known && !known.markers.has(editor.marker)) return unchanged(oid, known.files, known.markers);
  return type === 'tree' ? editTree(editor, oid, inside, `${path}/`) : editFile(editor, path, oid);
};

const sumOf = (oid: string, parts: readonly TreeEdit[]): TreeEdit => ({
  oid,
  files: parts.reduce((sum, { files }) => sum + files, 0),
  markers: new Set(parts.flatMap(({ markers }) => [...markers])),
  found: parts.reduce((sum, { found }) => sum + found, 0),
  changed: parts.reduce((sum, { changed }) => sum + changed, 0),
  written: parts.flatMap(({ written }) => written),
});

/**
 * Edits every YAML file of a tree, without a checkout; of `folder` alone when it names one. Neither symlinks nor submodules
 * are followed. Writes the changed files and the trees above them into the clone.
 */
export const editTree = async (
  editor: TreeEditor,
  oid: string,
  folder: readonly string[] = [],
  prefix = '',
): Promise<TreeEdit> => {
  const [name, ...inside] = folder;
  const { tree } = await git.readTree({ ...editor.clone.at, oid });
  const parts: TreeEdit[] = [];
  const after = [...tree];
  for (const [index, entry] of tree.entries()) {
    if (name !== undefined && entry.path !== name) continue;
    if (entry.type !== 'tree' && !isYaml(entry)) continue;
    const part = await editEntry(editor, prefix + entry.path, entry, inside);
    after[index] = { ...entry, oid: part.oid };
    parts.push(part);
  }
  const whole = sumOf(oid, parts);
  if (name === undefined && whole.markers.size <= maxMarkersOfTree) learn(editor, oid, whole);
  if (whole.changed === 0) return whole;
  const written = await git.writeTree({ ...editor.clone.at, tree: after });
  return { ...whole, oid: written, written: [...whole.written, written] };
};
