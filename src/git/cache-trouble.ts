import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';

/** Why clones cannot be kept in a folder, which is made where it is missing; undefined when they can. */
export const cacheTrouble = async (dir: string): Promise<string | undefined> => {
  try {
    await mkdir(dir, { recursive: true });
    await access(dir, constants.W_OK);
    return undefined;
  } catch (error) {
    return `no pull request can be opened: ${error instanceof Error ? error.message : String(error)}; let --cache-dir name a folder that can be written to`;
  }
};
