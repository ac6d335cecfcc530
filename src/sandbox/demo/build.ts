import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const pathOf = (file: string) => fileURLToPath(new URL(`../../../${file}`, import.meta.url));

/** Bundles the program; resolves with its path. */
export const build = async (signal: AbortSignal): Promise<string> => {
  await promisify(execFile)(process.execPath, [pathOf('scripts/build.mjs')], { cwd: pathOf('.'), signal });
  return pathOf('dist/leafwatch.mjs');
};
