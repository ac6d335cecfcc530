import { baseBefore, deltaBases, maxObjectBytes, resolve, type DeltaBases, type Resolved } from './delta-bases.ts';
import { gitObject, objectHash, type GitObject } from './git-object.ts';
import { markerScan, maxFileBytes } from './marked-text.ts';
import { brokenPack, headBytes, maxEntryHead, readEntry, type PackEntry } from './pack-entry.ts';
import { openPackFile, type PackFile } from './pack-file.ts';

/** Who is told what a pack holds: each object once, in no order that can be relied on. */
export interface PackReader {
  readonly object: (object: GitObject) => void;
  /** A file too large for memory: only its markers were looked for. */
  readonly largeFile: (oid: string, markers: readonly string[]) => void;
}

const hashBytes = 20;

/** Between two looks at what else is to be done. */
const atOnce = 200;

/** The number of objects that a pack's first bytes announce. */
export const objectsIn = (head: Buffer): number => {
  if (head.toString('latin1', 0, 4) !== 'PACK' || head.readUInt32BE(4) !== 2)
    throw brokenPack('it does not begin as one');
  return head.readUInt32BE(8);
};

/** Where each object of a pack begins, by its id: 28 bytes each, and a map of them once somebody asks. */
const offsets = (count: number) => {
  const all = Buffer.allocUnsafe(count * 28);
  let known = 0;
  let mapped = 0;
  const map = new Map<string, number>();
  return {
    learn: (oid: string, offset: number) => {
      all.write(oid, known * 28, 'hex');
      all.writeDoubleBE(offset, known * 28 + 20);
      known += 1;
    },
    of: (oid: string): number | undefined => {
      for (; mapped < known; mapped += 1) {
        const at = mapped * 28;
        map.set(all.toString('hex', at, at + 20), all.readDoubleBE(at + 20));
      }
      return map.get(oid);
    },
  };
};

interface Reading {
  readonly pack: PackFile;
  readonly bases: DeltaBases;
  readonly reader: PackReader;
  readonly where: ReturnType<typeof offsets>;
}

const tell = ({ bases, reader, where }: Reading, offset: number, { type, content }: Resolved): void => {
  const object = gitObject(type, content);
  bases.keep(offset, { type, content });
  where.learn(object.oid, offset);
  reader.object(object);
};

const readLarge = async ({ pack, reader, where }: Reading, offset: number, entry: PackEntry): Promise<number> => {
  const scan = markerScan();
  const hash = objectHash('blob', entry.size);
  const end = await pack.inflateLarge(offset + entry.length, entry.size, (piece) => {
    hash.update(piece);
    scan.take(piece);
  });
  if (entry.type !== 'whole') return end;
  const oid = hash.digest('hex');
  where.learn(oid, offset);
  reader.largeFile(oid, scan.markers());
  return end;
};

/** Reads what begins at an offset: where it ends, and whether it waits for a base that comes later. */
const readOne = async (reading: Reading, offset: number): Promise<{ end: number; waits: boolean }> => {
  const { pack, bases, where } = reading;
  const entry = readEntry(pack.bytesAt(offset, maxEntryHead));
  const isLargeFile = entry.type === 'whole' && entry.of === 'blob' && entry.size > maxFileBytes;
  if (isLargeFile || (entry.type !== 'whole' && entry.size > maxObjectBytes))
    return { end: await readLarge(reading, offset, entry), waits: false };
  if (entry.size > maxObjectBytes) throw brokenPack('a folder or a commit is larger than 32 MiB');
  const { content, end } = pack.inflateAt(offset + entry.length, entry.size);
  if (entry.type === 'whole') {
    tell(reading, offset, { type: entry.of, content });
    return { end, waits: false };
  }
  const from = entry.type === 'delta' ? baseBefore(offset, entry.before) : where.of(entry.oid);
  const base = from === undefined ? undefined : bases.at(from);
  const object = base && resolve(base, content);
  if (object) tell(reading, offset, object);
  return { end, waits: !base };
};

/** Deltas on objects that stand behind them, as long as each round makes some of them out. What is left is too large. */
const readWaiting = (reading: Reading, waiting: readonly number[]): void => {
  let left = waiting;
  for (let before = Infinity; left.length < before;) {
    before = left.length;
    left = left.filter((offset) => {
      const object = reading.bases.at(offset);
      if (object) tell(reading, offset, object);
      return !object;
    });
  }
};

/** Reads all objects of a pack in an open file (gitformat-pack). Throws when it is broken; what is too large for memory is left out. */
export const readPack = async (fd: number, size: number, reader: PackReader): Promise<void> => {
  const pack = openPackFile(fd, size);
  const count = objectsIn(pack.bytesAt(0, headBytes));
  const where = offsets(count);
  const bases = deltaBases(openPackFile(fd, size, { lookUp: true }), where.of);
  const reading = { pack, bases, reader, where };
  const waiting: number[] = [];
  let offset = headBytes;
  for (let index = 0; index < count; index += 1) {
    if (offset >= size - hashBytes) throw brokenPack('it ends too early');
    const { end, waits } = await readOne(reading, offset);
    if (waits) waiting.push(offset);
    offset = end;
    if (index % atOnce === 0) await new Promise<void>((resolved) => setImmediate(resolved));
  }
  if (offset !== size - hashBytes) throw brokenPack('it goes on behind its end');
  readWaiting(reading, waiting);
};
