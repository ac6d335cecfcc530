import type { Clone } from './clone.ts';
import { isYaml, type Untouched } from './edit-tree.ts';
import { entriesOf, type TreeEntry } from './tree.ts';

const maxNamed = 5;

/** A path for people to read: git knows names as bytes, and a hostile one may hold anything. */
export const shownPath = (path: string): string => {
  const text = Buffer.from(path, 'latin1').toString().replace(/\p{C}/gu, '\uFFFD');
  return text.length > 200 ? `${text.slice(0, 100)}…${text.slice(-99)}` : text;
};

/** The files that were not touched, as the end of a message; empty when there are none. */
export const untouchedInWords = (untouched: readonly Untouched[]): string => {
  const named = untouched.slice(0, maxNamed).map(({ path, why }) => `${shownPath(path)} ${why}`);
  const more = untouched.length - named.length;
  return [...named, ...(more > 0 ? [`${more} more`] : [])].join(', ');
};

const whyNot = (clone: Clone, { kind, oid, name }: TreeEntry): string | undefined => {
  if (kind === 'symlink') return 'is a symlink';
  if (kind === 'submodule') return 'is a submodule';
  return kind === 'file' && isYaml(name) && !clone.file(oid) ? 'is larger than 32 MiB' : undefined;
};

/** What in a folder cannot be looked into: symlinks and submodules are not followed. Each folder counts once, wherever it lies. */
export const notSearched = (clone: Clone, oid: string, path: string): readonly Untouched[] => {
  const found: Untouched[] = [];
  const seen = new Set<string>();
  const folders = [{ oid, path }];
  for (let folder = folders.pop(); folder; folder = folders.pop()) {
    if (seen.has(folder.oid)) continue;
    seen.add(folder.oid);
    for (const entry of entriesOf(clone.read(folder.oid))) {
      const place = `${folder.path}${folder.path === '' ? '' : '/'}${entry.name}`;
      if (entry.kind === 'tree') folders.push({ oid: entry.oid, path: place });
      const why = whyNot(clone, entry);
      if (why !== undefined) found.push({ path: place, why });
    }
  }
  return found.sort((one, other) => (one.path < other.path ? -1 : 1)).slice(0, 1000);
};
