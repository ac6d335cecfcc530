import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FailureError } from '../model/failure.ts';
import type { Batch, TaskOutcome } from './change.ts';
import { discardClone, openClone } from './clone.ts';
import type { Remote } from './remote.ts';
import { runBatch, type OpenRepository } from './run-batch.ts';

/** What works on repositories, each batch in the clone of its own. */
export type RunBatch = (batch: Batch, remote: Remote) => Promise<readonly TaskOutcome[]>;

/** As many repositories stay open; the index of one is in memory while it is. */
const maxOpen = 8;

/** The folder of a clone: what `repositories` names it. Nothing else in the cache directory is ever removed. */
const isClone = (name: string): boolean => /^[0-9a-f]{32}$/.test(name);

interface Kept {
  readonly dir: string;
  readonly bytes: number;
  readonly used: number;
}

const filesIn = (dir: string): readonly string[] => {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
};

const sizeOf = (dir: string): number =>
  filesIn(dir).reduce((sum, file) => sum + (statSync(join(dir, file), { throwIfNoEntry: false })?.size ?? 0), 0);

const clonesIn = (cacheDir: string): readonly Kept[] =>
  filesIn(cacheDir)
    .filter(isClone)
    .map((name) => {
      const dir = join(cacheDir, name);
      return { dir, bytes: sizeOf(dir), used: statSync(dir, { throwIfNoEntry: false })?.mtimeMs ?? 0 };
    });

/** The clones that have to go so that the others fit, those first that were used longest ago. */
export const surplusOf = (
  clones: readonly Kept[],
  limit: number,
  isBusy: (dir: string) => boolean,
): readonly string[] => {
  let bytes = clones.reduce((sum, clone) => sum + clone.bytes, 0);
  const surplus: string[] = [];
  for (const clone of clones.toSorted((one, other) => one.used - other.used)) {
    if (bytes <= limit) break;
    if (isBusy(clone.dir)) continue;
    surplus.push(clone.dir);
    bytes -= clone.bytes;
  }
  return surplus;
};

/** Runs batches in clones that stay open, makes a broken or worn one anew, and removes those that have no room. */
export const createClones = (): RunBatch => {
  const open = new Map<string, OpenRepository>();
  const busy = new Set<string>();
  const close = (dir: string) => {
    open.get(dir)?.clone.close();
    open.delete(dir);
  };
  const discard = (dir: string) => {
    close(dir);
    discardClone(dir);
  };
  const repositoryIn = (dir: string): OpenRepository => {
    if (open.get(dir)?.clone.isWorn()) discard(dir);
    const repository = open.get(dir) ?? { clone: openClone(dir), surveys: new Map() };
    // Taken out and put in again, so that the first in the map is the one used longest ago.
    open.delete(dir);
    open.set(dir, repository);
    for (const other of open.keys()) if (open.size > maxOpen && !busy.has(other)) close(other);
    return repository;
  };
  const attempt = async (batch: Batch, remote: Remote, last: boolean) => {
    const repository = repositoryIn(batch.dir);
    repository.clone.touch(batch.now);
    return runBatch(batch, remote, repository, last);
  };
  return async (batch, remote) => {
    busy.add(batch.dir);
    try {
      return await attempt(batch, remote, false);
    } catch (error) {
      const isWhole = open.get(batch.dir)?.clone.isUnsaved() !== true;
      if (!(error instanceof FailureError && isWhole)) discard(batch.dir);
      if (error instanceof FailureError) throw error;
      // Not a refusal but a surprise: as a rule a clone that is not what was written.
      return await attempt(batch, remote, true);
    } finally {
      busy.delete(batch.dir);
      for (const dir of surplusOf(clonesIn(dirname(batch.dir)), batch.cacheBytes, (one) => busy.has(one))) discard(dir);
    }
  };
};
