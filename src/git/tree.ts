/** An entry of a tree. `name` holds one character for each byte, since git knows no encoding; `at` is where the object id stands. */
export interface TreeEntry {
  readonly name: string;
  readonly kind: 'tree' | 'file' | 'symlink' | 'submodule';
  readonly oid: string;
  readonly at: number;
}

const kindOf = (mode: string): TreeEntry['kind'] => {
  if (mode === '40000' || mode === '040000') return 'tree';
  if (mode === '120000') return 'symlink';
  return mode === '160000' ? 'submodule' : 'file';
};

/** The entries of a tree object's content; throws on what is no tree. */
export const entriesOf = (content: Buffer): readonly TreeEntry[] => {
  const entries: TreeEntry[] = [];
  for (let start = 0; start < content.length;) {
    const space = content.indexOf(0x20, start);
    const end = content.indexOf(0, space);
    const at = end + 1;
    if (space < 0 || end < 0 || at + 20 > content.length) throw new Error('a tree is not in git’s format');
    entries.push({
      name: content.toString('latin1', space + 1, end),
      kind: kindOf(content.toString('latin1', start, space)),
      oid: content.toString('hex', at, at + 20),
      at,
    });
    start = at + 20;
  }
  return entries;
};

/** The same tree with other objects under some of its names: no other byte changes, nor the order. */
export const withObjects = (content: Buffer, changed: ReadonlyMap<TreeEntry, string>): Buffer => {
  const copy = Buffer.from(content);
  for (const [{ at }, oid] of changed) copy.write(oid, at, 'hex');
  return copy;
};
