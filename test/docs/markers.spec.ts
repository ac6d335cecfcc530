import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { marked, type Tokens } from 'marked';
import { setVersion } from '../../src/git/set-version.ts';
import { UnusableMarkerError } from '../../src/git/unusable-marker.ts';
import { diffOf } from '../support/diff-of.ts';

const document = readFileSync(new URL('../../docs/markers.md', import.meta.url), 'utf8');
const blocks = marked.lexer(document).filter((token): token is Tokens.Code => token.type === 'code');
const marker = { namespace: 'apps', pipeline: 'podinfo', environment: 'prod' };

/** What becomes of an example when its revision is promoted: the diff, or why it is refused. */
const outcomeOf = (example: string, revision: string): string => {
  try {
    return diffOf(example, setVersion(example, marker, revision).text);
  } catch (error) {
    if (error instanceof UnusableMarkerError) return error.message;
    throw error;
  }
};

describe('docs/markers.md', () => {
  const examples = blocks.flatMap(({ text, lang = '' }, index) =>
    lang.startsWith('yaml') ? [{ text, lang, shown: blocks[index + 1] }] : [],
  );

  it('has an example of each kind, and nothing between an example and its outcome but words', () => {
    assert.ok(examples.length >= 9);
    assert.equal(examples.length * 2, blocks.length + examples.filter(({ lang }) => lang.includes('unchanged')).length);
  });

  for (const { text, lang, shown } of examples) {
    const revision = /revision=(\S+)/.exec(lang)?.[1] ?? '6.1.5';
    const expected = lang.includes('unchanged') ? '' : (shown?.text ?? '');
    it(`shows what becomes of ${text.split('\n', 1)[0] ?? ''} … when ${revision} is promoted`, () => {
      assert.equal(outcomeOf(text, revision).trimEnd(), expected);
    });
  }

  it('names the limits that are', () => {
    for (const [text, limit] of [
      ['['.repeat(201), /nested deeper than 200 levels/],
      [`a: [${'1,'.repeat(310_000)}]`, /more than 600000 pieces/],
    ] as const)
      assert.throws(() => setVersion(`# {"$promotion": "apps:podinfo:prod"}\n${text}`, marker, '6.1.5'), limit);
  });
});
