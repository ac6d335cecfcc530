import fc from 'fast-check';
import { markerComment } from '../../src/git/marker.ts';

/** The marker of all generated files. */
export const marker = { namespace: 'apps', pipeline: 'podinfo', environment: 'prod' };

/** A marked scalar: its quotes, what stands in them, and what stands around the version there. */
export interface MarkedScalar {
  readonly quote: '' | '"' | "'";
  readonly text: string;
  readonly part: 'all' | 'tag' | 'name';
  readonly before: string;
  readonly after: string;
}

/** A file in pieces: text that must stay, and marked scalars. */
export type Piece = string | MarkedScalar;

/** Lines of block style, each without its indentation and end. */
export type Line = readonly [indent: number, ...pieces: readonly Piece[]];

/** A value beside a key or in a list: lines of which the first goes on behind what stands there. */
export type Value = readonly Line[];

/** A value, and what stands on lines above its key or item. */
export interface Leaf {
  readonly above: readonly string[];
  readonly value: Value;
}

const markOf = (part: MarkedScalar['part']): string =>
  markerComment({ ...marker, environment: part === 'all' ? 'prod' : `prod:${part}` });
const M = markOf('all');

/** What may stand behind a value that is not marked by it. */
export const notOurs = fc.constantFrom(
  '',
  ' # note',
  ' \t ',
  '\t# {"$promotion": "apps:podinfo:prod-eu"}',
  ' # {"$promotion": "shop:podinfo:prod:tag"}',
  ` # see ${M}`,
  ' # 版本 𝄞 \u2028\u0085\t#',
);
const props = fc.constantFrom('', '', '', '!!str ', '&A ', '&A !!str ', '!!str &A ', '!env ', '! ');
const values = fc.constantFrom(
  '6.1.4',
  '1.10',
  '"6.1.4"',
  "'it''s'",
  'a#b',
  'no',
  '~',
  '"ü # x"',
  '"\\u00e9 \\" # x"',
  '[1, {a: 6.1.4}]',
  '{"a":"6.1.4","b":[]}',
  '{}',
  '2024-01-01',
  'http://x:80/#a',
);
const texts = fc.constantFrom('6.1.4', 'v1', '0.1.0-rc.1+b.2', '1.10', '12', 'null', '~6.1', '2024-01-01', '>=6 <7');
const arounds: readonly Pick<MarkedScalar, 'part' | 'before' | 'after'>[] = [
  { part: 'tag', before: 'ghcr.io/org/app:', after: '' },
  { part: 'tag', before: 'oci://localhost:5000/charts/app:', after: '' },
  { part: 'tag', before: '', after: '' },
  { part: 'name', before: 'charts/app-', after: '.tgz' },
  { part: 'name', before: 'https://x.org/app//deploy?ref=v', after: '' },
];

const scalar = fc
  .record({
    quote: fc.constantFrom('', '"', "'"),
    text: texts,
    around: fc.option(fc.constantFrom(...arounds), { freq: 3, nil: undefined }),
  })
  .map(({ quote, text, around }): MarkedScalar => {
    if (around) return { quote, text: '6.1.4', ...around };
    // A range would begin a block where it is bare.
    return { quote: quote === '' && text.startsWith('>') ? '"' : quote, text, part: 'all', before: '', after: '' };
  });

/** The marker of a scalar, as it may be written. */
const comments = fc.constantFrom<(mark: string) => string>(
  (mark) => ` ${mark}`,
  (mark) => `\t${mark}`,
  (mark) => `  ##${mark.slice(2)} `,
  (mark) => ` #\t${mark.slice(2)}\t`,
  (mark) => ` ${mark.replace('}', ', "$imagepolicy": "flux-system:podinfo:tag"}')}`,
);

const blocks: readonly (readonly string[])[] = [
  ['|', `  version: 6.1.4 ${M}`, '', `  ${M}`, '  6.1.4'],
  ['>-', '  long', '    6.1.4', `  ${M}`],
  ['|2+', `    ${M}`, '  6.1.4', ''],
  ['>1- # note', ` ${M}`, '  - 6.1.4'],
  ['"6.1.4', '  goes on"'],
  ["'", `  6.1.4 ${M}`, '', "  '''"],
  ['plain', '  6.1.4', '  goes on'],
  ['[', '  6.1.4, # note', '  "a" ]'],
];

let names = 0;
const newName = (): string => `a${(names += 1)}`;
/** The same lines, further right. */
export const shift = (lines: Value, by: number): Value =>
  lines.map(([indent, ...pieces]): Line => [indent + by, ...pieces]);
/** A value with nothing above it. */
export const plain = (value: Value): Leaf => ({ above: [], value });

/** Values with one marked scalar in them, each in another way. */
const markedLeaf = fc
  .record({ is: scalar, prop: props, comment: comments, tail: notOurs, comma: fc.constantFrom('', ',') })
  .chain(({ is, prop, comment, tail, comma }) => {
    const mark = markOf(is.part);
    const beside = comment(mark);
    const before = prop.replace('A', newName());
    const name = newName();
    return fc.constantFrom<Leaf>(
      plain([[0, before, is, beside]]),
      { above: [mark], value: [[0, before, is, tail]] },
      plain([[0], [2, mark], [2, 'x:', tail], [4, before, is, ' # note']]),
      { above: ['', '# note', `\t${mark}`], value: [[0, before, is, tail]] },
      plain([
        [0, tail],
        [2, before, is, beside],
      ]),
      plain([[0], [2, 'x:', beside], [4, is, tail]]),
      plain([
        [0, '{ a: 1,'],
        [2, 'b: ', is, `${comma}${beside}`],
        [2, '}'],
      ]),
      plain([
        [0, '{ a: 1, # note'],
        [2, mark],
        [2, '"b": ', is, `${comma} # x`],
        [2, '}'],
      ]),
      plain([
        [0, '['],
        [2, '6.1.4, # x'],
        [2, before, is, `${comma}${beside}`],
        [2, ']'],
      ]),
      plain([[0], [2, `x: &${name} `, is, beside], [2, `y: *${name}`], [2, `z: [*${name}, 6.1.4]`]]),
      plain([[0], [2, `x: &${name}`], [4, 'v: ', is, beside], [2, 'y:'], [4, `<<: *${name}`], [4, 'w: 6.1.4']]),
      plain([[0], [2, '? x'], [2, ': ', before, is, beside], [2, '? "y"'], [2, ': 6.1.4']]),
    );
  });

/** Values of all shapes, half of them marked. */
export const leaf: fc.Arbitrary<Leaf> = fc.oneof(
  { arbitrary: fc.tuple(values, notOurs).map(([value, tail]) => plain([[0, value, tail]])), weight: 2 },
  fc.constantFrom(...blocks).map((lines) => plain(lines.map((line): Line => [0, line]))),
  { arbitrary: markedLeaf, weight: 3 },
);
