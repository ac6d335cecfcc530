import { fork } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from '../watch/bundle.ts';
import type { Serving } from './forge-server.ts';

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Bundles the forge server into a folder, and GitHub's API descriptions with it, which it reads. */
export const buildForgeServer = async (folder: string): Promise<string> => {
  const program = join(folder, 'forge-server.mjs');
  await bundle(here('forge-server.ts'), program, true);
  const descriptions = here('../../src/sandbox/forge/');
  for (const name of await readdir(descriptions))
    if (name.startsWith('github-api.')) await copyFile(join(descriptions, name), join(folder, name));
  return program;
};

/** Starts a forge for the repository in a folder: its address, and how it is stopped. */
export const startForgeServer = async (program: string, repository: string) => {
  const child = fork(program, [repository], { execArgv: [] });
  const [{ url }] = (await once(child, 'message')) as [Serving];
  return { url, close: () => child.disconnect() };
};
