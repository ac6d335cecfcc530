import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { transform } from 'esbuild';
import { mutated, readSubjects } from './read-mutants.ts';

const readMutants = async () => (await readSubjects()).flatMap(({ mutants }) => mutants);

describe('the mutants', () => {
  it('each change one place of the source that is there, and leave it a program', async () => {
    for (const mutant of await readMutants()) {
      const source = await readFile(new URL(`../../src/${mutant.file}`, import.meta.url), 'utf8');
      const broken = mutated(source, mutant);
      assert.notEqual(broken, source);
      await assert.doesNotReject(transform(broken, { loader: 'ts', logLevel: 'silent' }), mutant.breaks);
    }
  });

  it('stand in the tables with the test that kills each, and no others do', async () => {
    const tables = await readFile(new URL('README.md', import.meta.url), 'utf8');
    const told = [...tables.matchAll(/^\| ([^|]+?) +\| `src\/([^|]+?)` +\|/gm)].map(([, breaks, file]) => [
      file,
      breaks,
    ]);
    assert.deepEqual(
      told,
      (await readMutants()).map(({ file, breaks }) => [file, breaks]),
      'run `npm run test:mutants`: it writes the tables',
    );
  });
});
