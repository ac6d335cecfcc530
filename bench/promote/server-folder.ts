import { mkdtemp, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const memory = '/dev/shm';

/** More than all repositories of a run take together. */
const room = 1024 ** 3;

const hasRoom = async (dir: string): Promise<boolean> => {
  try {
    const { bavail, bsize } = await statfs(dir);
    return bavail * bsize > room;
  } catch {
    return false;
  }
};

/**
 * A new folder for what a git host keeps: in memory where there is room for it. A virtual disk that has been written to for a minute can take
 * half a second for a file, and a host's disk is not what is measured; those of Leafwatch and of git's checkout are the machine's.
 */
export const serverFolder = async (): Promise<string> =>
  mkdtemp(join((await hasRoom(memory)) ? memory : tmpdir(), 'bench-host-'));
