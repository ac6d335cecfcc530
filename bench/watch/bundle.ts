import { build } from 'esbuild';
import { gitWorker } from '../../scripts/build/git-worker.mjs';
import { leaveOut } from '../../scripts/build/leave-out.mjs';

/** Bundles a program as the product is bundled; `whole` keeps what the product leaves out of its libraries. */
export const bundle = async (entry: string, outfile: string, whole = false): Promise<void> => {
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    minifySyntax: true,
    minifyWhitespace: true,
    define: await gitWorker(),
    plugins: whole ? [] : [leaveOut],
    banner: {
      js: 'import { createRequire as __createRequire } from "node:module";\nconst require = __createRequire(import.meta.url);',
    },
  });
};
