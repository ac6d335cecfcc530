/**
 * What a watch has to bear: where the library's informer fails, and what else a server or a network may do. Each of these rows
 * is a suite of that name in this folder, which every-row.spec.ts looks after.
 */
export const rows = [
  'connection reset, or the list answers 503',
  'stop while the first list is in flight',
  'server closes each watch at once',
  'quiet healthy watch',
  'peer accepts and says nothing',
  'ERROR event',
  'a line that does not parse',
  'a reader that throws',
  'a list in pages',
  'connections',
  '410 at every place',
  'a restart of the API server',
  'a compaction',
  'a restore from a backup',
  'a server that never sends bookmarks',
  'a network that',
  'a slow reader',
  'bookmark-only hours',
  'rotation mid-stream',
  'removal mid-list',
  '10,000 objects',
  'a server that sends without end',
  'a dead cluster',
  'any sequence of faults',
] as const;

/** The suite of a row. */
export const row = (name: (typeof rows)[number], suite: () => void): void => {
  describe(name, suite);
};
