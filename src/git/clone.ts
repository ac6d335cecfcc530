import { rmSync } from 'node:fs';
import { BrokenCloneError, openCloneFiles, type CloneFiles } from './clone-files.ts';
import { gitObject, type GitObject } from './git-object.ts';
import { fileContent, tooLarge, type FileContent } from './marked-text.ts';
import type { Kind } from './object-index.ts';

/**
 * What is kept of a repository: folders, the newest commits and the files that hold markers. Of every other file its id is
 * known and nothing else: it was looked at when it arrived, and never again.
 */
export interface Clone {
  /** The commits of which everything is here, by branch. */
  readonly tips: ReadonlyMap<string, string>;
  /** How many objects are known. */
  readonly size: () => number;
  /** The content of a folder, a commit or a file with markers. Throws a BrokenCloneError when it is not here as it was. */
  readonly read: (oid: string) => Buffer;
  /** What a file is to us; undefined when it never arrived. */
  readonly file: (oid: string) => FileContent | undefined;
  readonly learn: (object: GitObject) => void;
  readonly learnLargeFile: (oid: string, markers: readonly string[]) => void;
  /** Says that everything of a commit has been learnt. From then on a crash loses nothing of it. */
  readonly setTip: (branch: string, oid: string) => void;
  /** Whether something has been learnt that a crash would lose. */
  readonly isUnsaved: () => boolean;
  /** Whether so much has come since it was new that a new one is cheaper. */
  readonly isWorn: () => boolean;
  /** Notes when it was used last, in milliseconds since the epoch. */
  readonly touch: (now: number) => void;
  readonly close: () => void;
}

/** Throws a clone away; the next `openClone` begins with nothing. */
export const discardClone = (dir: string): void => rmSync(dir, { recursive: true, force: true });

const openFiles = (dir: string): CloneFiles => {
  try {
    return openCloneFiles(dir);
  } catch {
    discardClone(dir);
    return openCloneFiles(dir);
  }
};

const typeOf = (kind: Kind) => (kind === 'tree' || kind === 'commit' ? kind : 'blob');

const nothing = Buffer.alloc(0);

const bytesOf = (file: FileContent, content: Buffer): Buffer => {
  if (file.type === 'marked') return content;
  return file.type === 'unmarked' ? nothing : Buffer.from(JSON.stringify(file));
};

/** The clone in a folder, empty where there was none or a broken one. */
export const openClone = (dir: string): Clone => {
  const files = openFiles(dir);
  const { index } = files;
  const tips = new Map(files.tips);
  let saved = index.size();
  const add = (oid: string, kind: Kind, bytes: Buffer) =>
    index.add(oid, { kind, length: bytes.length, offset: files.append(bytes) });
  const learnFile = (oid: string, file: FileContent, content: Buffer) => add(oid, file.type, bytesOf(file, content));
  return {
    tips,
    size: index.size,
    read: (oid) => {
      const entry = index.get(oid);
      if (!entry || entry.kind === 'unmarked') throw new BrokenCloneError(`it lacks object ${oid}`);
      const content = files.read(entry.offset, entry.length);
      if (gitObject(typeOf(entry.kind), content).oid !== oid)
        throw new BrokenCloneError(`object ${oid} is not what was written`);
      return content;
    },
    file: (oid) => {
      const entry = index.get(oid);
      if (entry?.kind === 'marked' || entry?.kind === 'unmarked') return { type: entry.kind };
      if (entry?.kind !== 'unreadable') return undefined;
      return JSON.parse(files.read(entry.offset, entry.length).toString()) as FileContent;
    },
    learn: ({ oid, type, content }) => {
      if (index.get(oid) || type === 'tag') return;
      if (type === 'blob') learnFile(oid, fileContent(content), content);
      else add(oid, type, content);
    },
    learnLargeFile: (oid, markers) => {
      if (index.get(oid)) return;
      learnFile(
        oid,
        markers.length === 0 ? { type: 'unmarked' } : { type: 'unreadable', why: tooLarge, markers },
        nothing,
      );
    },
    isUnsaved: () => index.size() > saved,
    setTip: (branch, oid) => {
      tips.set(branch, oid);
      files.save(tips);
      saved = index.size();
    },
    isWorn: () => files.began > 0 && index.size() > 3 * files.began + 20_000,
    touch: files.touch,
    close: files.close,
  };
};
