import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { messagesPage } from '../../../scripts/generate/messages-page.ts';
import { catalogue, sentence, type AnyReason } from '../../../src/decision/catalogue.ts';
import { turns } from '../../../src/decision/turns.ts';
import { fencedBlocks } from '../../support/fenced-blocks.ts';

const root = new URL('../../../', import.meta.url);
const reasons = Object.keys(catalogue) as AnyReason[];

describe('the reference of messages', () => {
  it('has a section for every reason code, and of each one', async () => {
    const committed = await readFile(new URL('docs/reference/messages.md', root), 'utf8');
    const titles = [...committed.matchAll(/^### (\w+)$/gm)].map(([, title]) => title);
    assert.deepEqual([...titles].sort(), [...reasons].sort(), 'run `npm run generate`');
    assert.equal(fencedBlocks(committed, 'text').length, reasons.length);
    for (const turn of Object.keys(turns)) assert.ok(committed.includes(`- \`${turn}\`: `), turn);
  });

  it('shows of every sentence an example without holes', () => {
    for (const reason of reasons) {
      const example = sentence(reason, catalogue[reason].example);
      assert.doesNotMatch(example, /undefined|null|NaN|Invalid|\[object|\s{2}|^\s|\s$|\bfalse\b|\btrue\b/, reason);
      assert.ok(example.length > 5, reason);
      assert.ok(messagesPage().includes(`\n${example}\n`), reason);
    }
  });

  it('names codes that are written once in the source, as an object alone would not tell', async () => {
    const folder = new URL('src/decision/catalogue/', root);
    const sources = await Promise.all((await readdir(folder)).map((name) => readFile(new URL(name, folder), 'utf8')));
    const codes = [
      ...sources.join('').matchAll(/^ {2}(\w+): (?:pass|promote|nothing|wait|hold|condition|event)\b/gm),
    ].map(([, code = '']) => code);
    assert.deepEqual([...codes].sort(), [...reasons].sort());
    for (const code of codes) assert.match(code, /^[A-Z][A-Za-z]+$/);
  });

  it('tells no two reasons apart by nothing but their meaning', () => {
    const meanings = reasons.map((reason) => catalogue[reason].meaning);
    assert.equal(new Set(meanings).size, meanings.length);
  });
});
