import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/** All by which a file or folder is changed. */
const changing = [
  'mkdirSync',
  'openSync',
  'writeSync',
  'writeFileSync',
  'renameSync',
  'ftruncateSync',
  'unlinkSync',
  'utimesSync',
  'rmSync',
] as const;

class Crash extends Error {}

/**
 * Lets a process die, as far as its files know, in the middle of its change number `at` (from 0): half of what is written then is
 * there, and nothing changes any more until `restore`. `changes` tells how many there were.
 */
export const crashingFiles = (at: number): { readonly changes: () => number; readonly restore: () => void } => {
  const real = { ...fs };
  let changes = 0;
  const half = (name: string, args: readonly unknown[]) => {
    const [where, what, offset = 0] = args;
    if (name === 'writeSync' && what instanceof Uint8Array)
      real.writeSync(where as number, what.subarray(Number(offset)).subarray(0, Math.floor(what.length / 2)));
    if (name === 'writeFileSync' && typeof what === 'string')
      real.writeFileSync(where as string, what.slice(0, Math.floor(what.length / 2)));
  };
  for (const name of changing)
    Object.assign(fs, {
      [name]: (...args: unknown[]): unknown => {
        changes += 1;
        if (changes - 1 === at) half(name, args);
        if (changes - 1 >= at) throw new Crash(`died in ${name}`);
        return Reflect.apply(real[name], fs, args);
      },
    });
  syncBuiltinESMExports();
  return {
    changes: () => changes,
    restore: () => {
      for (const name of changing) Object.assign(fs, { [name]: real[name] });
      syncBuiltinESMExports();
    },
  };
};
