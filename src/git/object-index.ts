import { createHash } from 'node:crypto';

/** What is kept of an object. Of a file without markers that is its id alone. */
export type Kind = 'tree' | 'commit' | 'marked' | 'unmarked' | 'unreadable';

interface IndexEntry {
  readonly kind: Kind;
  /** Where its bytes are among those of all objects. */
  readonly offset: number;
  readonly length: number;
}

/** The objects of a repository that are known, by id. */
export interface ObjectIndex {
  readonly size: () => number;
  readonly get: (oid: string) => IndexEntry | undefined;
  readonly add: (oid: string, entry: IndexEntry) => void;
  /** What has been added since this was asked last, as bytes to go behind those before. */
  readonly takeAdded: () => Buffer;
  /** Of all bytes that were taken so far. */
  readonly digest: () => string;
}

const kinds: readonly Kind[] = ['tree', 'commit', 'marked', 'unmarked', 'unreadable'];

/** An object id, the kind, the length and the offset. */
const width = 20 + 1 + 4 + 6;

const write = (bytes: Buffer, at: number, oid: string, { kind, offset, length }: IndexEntry): void => {
  bytes.write(oid, at, 'hex');
  bytes.writeUInt8(kinds.indexOf(kind), at + 20);
  bytes.writeUInt32BE(length, at + 21);
  bytes.writeUIntBE(offset, at + 25, 6);
};

const read = (bytes: Buffer, at: number): IndexEntry => ({
  kind: kinds[bytes.readUInt8(at + 20)] ?? 'unreadable',
  length: bytes.readUInt32BE(at + 21),
  offset: bytes.readUIntBE(at + 25, 6),
});

const grown = (bytes: Buffer, atLeast: number): Buffer => {
  const larger = Buffer.alloc(Math.max(atLeast, bytes.length * 2, 64 * width));
  bytes.copy(larger);
  return larger;
};

/** The index that `takeAdded` once gave, in the same order; an entry costs about 100 bytes of memory. */
export const objectIndex = (before: Buffer): ObjectIndex => {
  const places = new Map<string, number>();
  for (let at = 0; at < before.length; at += width) places.set(before.toString('hex', at, at + 20), at);
  const hash = createHash('sha1').update(before);
  let bytes = before;
  let [end, taken] = [before.length, before.length];
  return {
    size: () => places.size,
    get: (oid) => {
      const at = places.get(oid);
      return at === undefined ? undefined : read(bytes, at);
    },
    add: (oid, entry) => {
      if (end + width > bytes.length) bytes = grown(bytes, end + width);
      write(bytes, end, oid, entry);
      places.set(oid, end);
      end += width;
    },
    takeAdded: () => {
      const added = Buffer.from(bytes.subarray(taken, end));
      hash.update(added);
      taken = end;
      return added;
    },
    digest: () => hash.copy().digest('hex'),
  };
};
