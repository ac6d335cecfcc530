import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { ESLint, Linter } from 'eslint';
import tseslint from 'typescript-eslint';

const root = fileURLToPath(new URL('../../', import.meta.url));
const signature = 'src/http/signature.ts';

interface Configuration {
  readonly rules: Readonly<Record<string, Linter.RuleEntry>>;
}

/** What the rules that hold signatures, as they are configured for the file, say of a text in its place. */
const complaints = async (file: string, text: string): Promise<readonly string[]> => {
  const { rules } = (await new ESLint({ cwd: root }).calculateConfigForFile(file)) as Configuration;
  const held = ['no-restricted-syntax', 'no-restricted-imports'].filter((rule) => rules[rule] !== undefined);
  const entries = held.map((rule) => [rule, rules[rule]] as const);
  const config = {
    files: ['**/*.ts'],
    languageOptions: { parser: tseslint.parser as Linter.Parser },
    rules: Object.fromEntries(entries) as Linter.RulesRecord,
  };
  return new Linter().verify(text, config, file).map(({ message }) => message);
};

const imported = "import { createHmac, timingSafeEqual } from 'node:crypto';\n";

describe('the lint of signatures', () => {
  it('has nothing against the file as it is', async () =>
    assert.deepEqual(await complaints(signature, await readFile(`${root}${signature}`, 'utf8')), []));

  const comparisons: Readonly<Record<string, string>> = {
    '===': "export const is = (a: string, k: string) => createHmac('sha256', k).update('b').digest('hex') === a;",
    equals: "export const is = (a: Buffer, k: string) => createHmac('sha256', k).update('b').digest().equals(a);",
    compare: "export const is = (a: Buffer, k: string) => Buffer.compare(a, createHmac('sha256', k).digest()) === 0;",
    'a digest that is kept first':
      "export const made = (k: string) => { const d = createHmac('sha256', k).digest(); return d; };",
    'an HMAC that is kept first': "export const made = (k: string) => createHmac('sha256', k);",
    'the function by another name': 'export const other = createHmac;',
    'a comparison among the arguments':
      "export const is = (a: Buffer, k: string) => timingSafeEqual(createHmac('sha256', k).digest().subarray(0, 1), a);",
  };
  for (const [name, text] of Object.entries(comparisons))
    it(`finds ${name}`, async () =>
      assert.match((await complaints(signature, imported + text)).join('\n'), /timingSafeEqual/));

  it('finds an import by another name', async () =>
    assert.match(
      (await complaints(signature, "import { createHmac as make } from 'node:crypto';\nmake('sha256', 'k');")).join(
        '\n',
      ),
      /keep their names/,
    ));

  for (const text of [
    "import { createHmac } from 'node:crypto';",
    "import { timingSafeEqual } from 'crypto';",
    "import * as crypto from 'node:crypto';",
    "import crypto from 'node:crypto';",
    "import { webcrypto } from 'node:crypto';",
  ])
    it(`finds in any other file: ${text}`, async () =>
      assert.match((await complaints('src/http/webhook.ts', text)).join('\n'), /Only src\/http\/signature\.ts/));

  it('keeps the clock out of the file too', async () =>
    assert.match((await complaints(signature, 'export const at = Date.now();')).join('\n'), /src\/clock\.ts/));
});
