import git, { type TreeEntry } from 'isomorphic-git';
import type { Clone } from './clone.ts';
import type { Edit } from './set-version.ts';

/** A tree or file after the edit: its object id, what was found in it, and the objects that were made. */
export interface TreeEdit extends Omit<Edit, 'text'> {
  readonly oid: string;
  /** How many files were searched. */
  readonly files: number;
  /** Whether anything in it carries a marker, of whatever Pipeline and environment. */
  readonly marked: boolean;
  readonly written: readonly string[];
}

export interface TreeEditor {
  readonly clone: Clone;
  readonly edit: (path: string, text: string) => Edit;
  /** Trees and files without any marker, by object id, with their number of files: such a one is never read twice. */
  readonly unmarked: Map<string, number>;
}

const maxBytes = 1024 * 1024;

const unchanged = (oid: string, files: number): TreeEdit => ({
  oid,
  files,
  found: 0,
  changed: 0,
  marked: false,
  written: [],
});

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

const editFile = async ({ clone, edit }: TreeEditor, path: string, oid: string): Promise<TreeEdit> => {
  const { blob } = await git.readBlob({ ...clone.at, oid });
  const text = markedText(blob);
  if (text === undefined) return unchanged(oid, 1);
  const { text: edited, found, changed } = edit(path, text);
  if (changed === 0) return { ...unchanged(oid, 1), found, marked: true };
  const written = await git.writeBlob({ ...clone.at, blob: Buffer.from(edited) });
  return { oid: written, files: 1, found, changed, marked: true, written: [written] };
};

const isYaml = (entry: TreeEntry): boolean =>
  entry.type === 'blob' && entry.mode !== '120000' && /\.ya?ml$/i.test(entry.path);

const editEntry = (editor: TreeEditor, path: string, { oid, type }: TreeEntry, inside: readonly string[]) => {
  const files = inside.length === 0 ? editor.unmarked.get(oid) : undefined;
  if (files !== undefined) return unchanged(oid, files);
  return type === 'tree' ? editTree(editor, oid, inside, `${path}/`) : editFile(editor, path, oid);
};

const add = (sum: TreeEdit, part: TreeEdit): TreeEdit => ({
  oid: sum.oid,
  files: sum.files + part.files,
  found: sum.found + part.found,
  changed: sum.changed + part.changed,
  marked: sum.marked || part.marked,
  written: sum.written.concat(part.written),
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
  let sum = unchanged(oid, 0);
  const after = [...tree];
  for (const [index, entry] of tree.entries()) {
    if (name !== undefined && entry.path !== name) continue;
    if (entry.type !== 'tree' && !isYaml(entry)) continue;
    const part = await editEntry(editor, prefix + entry.path, entry, inside);
    after[index] = { ...entry, oid: part.oid };
    sum = add(sum, part);
    if (!part.marked && inside.length === 0) editor.unmarked.set(entry.oid, part.files);
  }
  if (sum.changed === 0) return sum;
  const written = await git.writeTree({ ...editor.clone.at, tree: after });
  return { ...sum, oid: written, written: [...sum.written, written] };
};
