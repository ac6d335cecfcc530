import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { git } from '../../src/sandbox/git/git.ts';

/** The known way to promote: a shallow clone, the edit, a commit and a push; in milliseconds. */
export const promoteByGit = async (url: string, file: string, branch: string): Promise<number> => {
  const dir = await mkdtemp(join(tmpdir(), 'bench-git-'));
  try {
    const address = url.replace('://', '://robot:token@');
    const began = performance.now();
    await git(dir, ['clone', '--quiet', '--depth=1', `${address}.git`, 'work']);
    const work = join(dir, 'work');
    const path = join(work, file);
    await writeFile(path, (await readFile(path, 'utf8')).replace(/version: \S+/, 'version: 9.9.9'));
    await git(work, ['commit', '--quiet', '--all', '--message', 'promote']);
    await git(work, ['push', '--quiet', 'origin', `HEAD:refs/heads/${branch}`]);
    return performance.now() - began;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
};
