import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { mutated, readMutants } from './read-mutants.ts';

describe('the mutants', () => {
  it('each change one place of the source that is there', async () => {
    for (const mutant of await readMutants()) {
      const source = await readFile(new URL(`../../src/${mutant.file}`, import.meta.url), 'utf8');
      assert.notEqual(mutated(source, mutant), source);
    }
  });

  it('stand in the table with the test that kills each, and no others do', async () => {
    const table = await readFile(new URL('README.md', import.meta.url), 'utf8');
    const told = [...table.matchAll(/^\| ([^|]+?) +\| `src\/([^|]+?)` +\|/gm)].map(([, breaks, file]) => [
      file,
      breaks,
    ]);
    assert.deepEqual(
      told,
      (await readMutants()).map(({ file, breaks }) => [file, breaks]),
      'run `npm run test:mutants`: it writes the table',
    );
  });
});
