import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { objectIndex, type ObjectIndex } from './object-index.ts';

/** A clone on disk that is not what was written; it is to be thrown away and made anew. */
export class BrokenCloneError extends Error {}

/**
 * What a clone is on disk: two files that only grow, and a third one whose last whole line says how much of them counts. Nothing is renamed
 * or written over, for which a busy disk lets a promotion wait.
 */
export interface CloneFiles {
  readonly index: ObjectIndex;
  /** The commits that are here whole, by branch, and how many objects there were with the first of them. */
  readonly tips: ReadonlyMap<string, string>;
  readonly began: number;
  /** Puts bytes behind those before; the offset at which they begin. */
  readonly append: (bytes: Buffer) => number;
  readonly read: (offset: number, length: number) => Buffer;
  /**
   * Makes all that was appended count, with these tips, even if the process ends the moment after. What a machine that stops keeps
   * from the disk is told by its hash: it is not waited for here.
   */
  readonly save: (tips: ReadonlyMap<string, string>) => void;
  /** Notes when it was used last, to the minute. */
  readonly touch: (now: number) => void;
  readonly close: () => void;
}

/** Counted up when what is written changes its meaning. */
const format = 2;

interface State {
  readonly format: number;
  readonly bytes: number;
  readonly indexBytes: number;
  readonly digest: string;
  readonly began: number;
  readonly tips: Readonly<Record<string, string>>;
}

const noState: State = { format, bytes: 0, indexBytes: 0, digest: '', began: 0, tips: {} };

/** The newest state in a file, and where its line ends; a line that a crash has cut off is none. */
const readState = (file: string) => {
  const bytes = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
  const end = bytes.lastIndexOf('\n') + 1;
  if (end === 0) return { state: noState, end };
  const line = bytes.subarray(0, end - 1).toString();
  const state = JSON.parse(line.slice(line.lastIndexOf('\n') + 1)) as State;
  if (state.format !== format) throw new BrokenCloneError('it is of another version');
  return { state, end };
};

const writeAll = (fd: number, bytes: Buffer): void => {
  for (let written = 0; written < bytes.length;) written += writeSync(fd, bytes, written);
};

const readIndex = (file: string, state: State): ObjectIndex => {
  if (state === noState) return objectIndex(Buffer.alloc(0));
  const index = objectIndex(readFileSync(file).subarray(0, state.indexBytes));
  if (index.digest() !== state.digest) throw new BrokenCloneError('its index is not what was written');
  return index;
};

const flushAt = 1024 * 1024;

/** Milliseconds for which a clone counts as used just now. */
const touchEvery = 60_000;

/** A file that only grows, behind what counts of it: what a crash left there is cut off. */
const openGrowing = (file: string, end: number): number => {
  const fd = openSync(file, 'a+');
  ftruncateSync(fd, end);
  return fd;
};

/** Bytes that go to the end of a file in large pieces. */
const appender = (fd: number, start: number) => {
  let unwritten: Buffer[] = [];
  let [end, waiting] = [start, 0];
  const flush = () => {
    writeAll(fd, Buffer.concat(unwritten));
    [unwritten, waiting] = [[], 0];
  };
  const append = (bytes: Buffer): number => {
    // Copied, since it may be a small part of a large buffer.
    unwritten.push(Buffer.from(bytes));
    waiting += bytes.length;
    end += bytes.length;
    if (waiting > flushAt) flush();
    return end - bytes.length;
  };
  return { append, flush, end: () => end };
};

/** The files in a folder as the last `save` left them; what a crash left behind is cut off. Throws when they are not that. */
export const openCloneFiles = (dir: string): CloneFiles => {
  mkdirSync(dir, { recursive: true });
  const [stateFile, indexFile] = [join(dir, 'states'), join(dir, 'index')];
  const { state, end } = readState(stateFile);
  const index = readIndex(indexFile, state);
  const stateFd = openGrowing(stateFile, end);
  const indexFd = openGrowing(indexFile, state.indexBytes);
  const objectsFd = openGrowing(join(dir, 'objects'), state.bytes);
  const objects = appender(objectsFd, state.bytes);
  let indexBytes = state.indexBytes;
  let touched = -Infinity;
  return {
    index,
    tips: new Map(Object.entries(state.tips)),
    began: state.began,
    append: objects.append,
    read: (offset, length) => {
      const bytes = Buffer.allocUnsafe(length);
      if (readSync(objectsFd, bytes, 0, length, offset) !== length)
        throw new BrokenCloneError('it is shorter than it was');
      return bytes;
    },
    save: (tips) => {
      objects.flush();
      const added = index.takeAdded();
      writeAll(indexFd, added);
      indexBytes += added.length;
      const began = state.began || index.size();
      const counts = { format, bytes: objects.end(), indexBytes, digest: index.digest(), began };
      const next: State = { ...counts, tips: Object.fromEntries(tips) };
      writeAll(stateFd, Buffer.from(`${JSON.stringify(next)}\n`));
    },
    touch: (now) => {
      if (Math.abs(now - touched) < touchEvery) return;
      utimesSync(dir, now / 1000, now / 1000);
      touched = now;
    },
    close: () => {
      for (const fd of [objectsFd, indexFd, stateFd]) closeSync(fd);
    },
  };
};
