import { build } from 'esbuild';

/** What tells esbuild to put the program of git's worker thread into a bundle, as text: so the bundle stays one file. */
export const gitWorker = async () => {
  const { outputFiles } = await build({
    entryPoints: ['src/git/worker.ts'],
    absWorkingDir: new URL('../..', import.meta.url).pathname,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    minifySyntax: true,
    minifyWhitespace: true,
    write: false,
  });
  return { 'import.meta.gitWorker': JSON.stringify(outputFiles[0].text) };
};
