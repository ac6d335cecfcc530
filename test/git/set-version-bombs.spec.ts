import assert from 'node:assert/strict';
import { markerComment } from '../../src/git/marker.ts';
import { setVersion } from '../../src/git/set-version.ts';
import { UnusableMarkerError } from '../../src/git/unusable-marker.ts';

const marker = { namespace: 'apps', pipeline: 'podinfo', environment: 'prod' };
const M = markerComment(marker);
const megabyte = 1024 * 1024;

/** A file of a megabyte with a marked version at its beginning. */
const full = (start: string, repeated: string, end = ''): string => {
  const head = `version: 6.1.4 ${M}\n${start}`;
  return head + repeated.repeat(Math.floor((megabyte - head.length - end.length) / repeated.length)) + end;
};

const laughs = Array.from({ length: 26 }, (_, level) => {
  const inside = level === 0 ? '"lol"' : `*l${level - 1}`;
  return `l${level}: &l${level} [${Array.from({ length: 10 }, () => inside).join(', ')}]\n`;
}).join('');

const half = megabyte / 2 - 100;

const refused: readonly (readonly [name: string, text: string, why: RegExp])[] = [
  ['a megabyte of opening brackets', full('a: ', '['), /nested deeper than 200 levels/],
  ['a megabyte of closed brackets', full('a: ', '[', ']'.repeat(half)), /nested deeper than 200 levels/],
  ['a megabyte of braces', full('a: ', '{a: '), /nested deeper than 200 levels/],
  ['a megabyte of lists in lists', full('a:\n  ', '- '), /nested deeper than 200 levels/],
  ['a megabyte of keys of keys', full('', '? '), /nested deeper than 200 levels/],
  ['a megabyte of empty lists', full('a: [', '[],', ']'), /more than 600000 pieces/],
  ['a megabyte of aliases', full('a: &a x\nb: [', '*a,', ']'), /more than 600000 pieces/],
  ['a megabyte of errors', full('', 'a: b: c\n'), /more than 600000 pieces|not valid YAML/],
];

const edited: readonly (readonly [name: string, text: string])[] = [
  ['aliases that would be ten to the power of 26 values', `version: 6.1.4 ${M}\n${laughs}`],
  ['hundreds of thousands of documents', full('', '---\n')],
  ['a hundred levels of brackets', `version: 6.1.4 ${M}\na: ${'['.repeat(100)}${']'.repeat(100)}\n`],
  ['more than 200 values on a line', `version: 6.1.4 ${M}\na: [${'{a: b}, '.repeat(300)}]\n`],
  ['a megabyte of text', full('a: |\n', '  text\n')],
  [
    'a document of a megabyte',
    full('', '- {name: a, text: some words that say nothing, count: 12}\n').replace('version', '- version'),
  ],
];

describe('setVersion, in files made to harm', () => {
  for (const [name, text, why] of refused)
    it(`refuses ${name}, and says why`, () => {
      assert.throws(
        () => setVersion(text, marker, '6.1.5'),
        (error) => error instanceof UnusableMarkerError && why.test(error.message),
      );
    });

  for (const [name, text] of edited)
    it(`edits beside ${name}`, () => {
      assert.equal(setVersion(text, marker, '6.1.5').text, text.replace('6.1.4', '6.1.5'));
    });

  it('does not read a document without the marker, whatever it holds', () => {
    const text = `version: 6.1.4 ${M}\n--- # next\n${'['.repeat(megabyte / 2)}\n`;
    assert.equal(setVersion(text, marker, '6.1.5').text, text.replace('6.1.4', '6.1.5'));
  });
});
