import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** What of ours a program is made of. */
const partsOf = async (entry: string): Promise<readonly string[]> => {
  const { metafile } = await build({
    absWorkingDir: fileURLToPath(new URL('../..', import.meta.url)),
    entryPoints: [entry],
    ...{ bundle: true, write: false, metafile: true, platform: 'node', format: 'esm', packages: 'external' },
    outdir: 'dist',
  });
  return Object.keys(metafile.inputs);
};

describe('git in the main thread', () => {
  // A document of 1 MiB takes up to two seconds: this must not be where clusters are watched.
  it('has nothing that reads a repository: neither its packs nor its YAML', async () => {
    const readers = ['set-version', 'spots', 'comments-of', 'read-pack', 'clone', 'plan-change'];
    const [main, worker] = await Promise.all(['src/main.ts', 'src/git/worker.ts'].map(partsOf));
    for (const reader of readers) {
      assert.ok(worker?.includes(`src/git/${reader}.ts`), `${reader} is not in the worker`);
      assert.ok(!main?.includes(`src/git/${reader}.ts`), `${reader} is in the main thread`);
    }
    assert.ok(main?.includes('src/git/repositories.ts'));
  });
});
