import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';

const root = new URL('../../', import.meta.url);
const read = (path: string): Promise<string> => readFile(new URL(path, root), 'utf8');

/** The titles of a file's suites (of rows of the fault table too) and tests, in its order; one with values in it is known by what stands around them. */
const titlesIn = (source: string): readonly RegExp[] =>
  [...source.matchAll(/^\s*(?:it|describe|row)\(\s*(['"`])((?:\\.|(?!\1).)*)\1/gm)].map(([, quote, title = '']) => {
    const parts = quote === '`' ? title.split(/\$\{[^}]*\}/) : [title.replaceAll(/\\(.)/g, '$1')];
    return new RegExp(`^${parts.map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('(.+)')}$`);
  });

/** Whether the file has the test; `›` leads from a suite to a test in it. Values in a title must be words of the file. */
const has = (source: string, test: string): boolean => {
  const titles = titlesIn(source);
  let from = 0;
  return test.split(' › ').every((name) => {
    const at = titles.findIndex((title, index) => {
      const found = index >= from ? title.exec(name) : undefined;
      return found?.slice(1).every((value) => value.split(' ').every((word) => source.includes(word))) ?? false;
    });
    from = at + 1;
    return at !== -1;
  });
};

interface Reference {
  readonly file: string;
  readonly test: string;
}

/** What a paragraph `Held by [file](link): `test`, …; [file](link): `test`` names. */
const referencesIn = (paragraph: string): readonly Reference[] =>
  [...paragraph.matchAll(/\[(test\/[^\]]+)\]\(\.\.\/\1\):((?:[,\s]*`[^`]+`)+)/g)].flatMap(([, file = '', tests = '']) =>
    [...tests.matchAll(/`([^`]+)`/g)].map(([, test = '']) => ({ file, test })),
  );

describe('docs/reliability.md', () => {
  let document: string;
  let promises: readonly string[];

  before(async () => {
    document = await read('docs/reliability.md');
    const [promised = ''] = document.split('## What is not promised');
    promises = promised.split(/^(?=- \*\*|## )/m).filter((part) => part.startsWith('- **'));
  });

  it('names a test for each promise, and every test that it names is there', async () => {
    assert.ok(promises.length > 15);
    for (const promise of promises) {
      const [title = '', held = ''] = promise.split('Held by');
      const references = referencesIn(held);
      const spans = held.split('\n\n')[0]?.split('`').length ?? 0;
      assert.ok(references.length > 0, `no test is named for: ${title}`);
      assert.equal(references.length, (spans - 1) / 2, `a test without its file: ${held}`);
      for (const { file, test } of references) assert.ok(has(await read(file), test), `${file} has no test “${test}”`);
    }
  });

  it('knows a test that is gone from one that is there', () => {
    const source =
      "describe('a', () => {\n  it('is b');\n  for (const x of ['c']) \n it(`is ${x}, too`); it.skip('is d');";
    assert.ok(has(source, 'is b') && has(source, 'a › is b') && has(source, 'is c, too'));
    for (const gone of ['is', 'is d', 'b › is b', 'is other, too']) assert.ok(!has(source, gone), gone);
  });

  it('names only metrics that are there', async () => {
    const files = await readdir(new URL('src/telemetry/', root));
    const telemetry = (await Promise.all(files.map((file) => read(`src/telemetry/${file}`)))).join('\n');
    for (const [name] of document.matchAll(/\b(?:leafwatch|rest_client)_\w+/g))
      assert.ok(telemetry.includes(`'${name}'`), name);
  });
});
