import assert from 'node:assert/strict';
import fc from 'fast-check';
import { documentsOf } from '../../src/git/documents-of.ts';
import { markerComment } from '../../src/git/marker.ts';
import { setVersion } from '../../src/git/set-version.ts';
import { leavesOf, readers } from '../support/yaml-readers.ts';

const marker = { namespace: 'apps', pipeline: 'podinfo', environment: 'prod' };
const M = markerComment(marker);

/** A file in pieces: text that must stay, and marked scalars in their quotes. */
type Piece = string | { readonly quote: '' | '"' | "'"; readonly text: string };

/** Lines of block style, each without its indentation and end. */
type Line = readonly [indent: number, ...pieces: readonly Piece[]];

const notOurs = fc.constantFrom(
  '',
  ' # note',
  '\t# {"$promotion": "apps:podinfo:prod-eu"}',
  ' # {"$promotion": "shop:podinfo:prod"}',
  ` # see ${M}`,
);
const props = fc.constantFrom('', '', '', '!!str ', '&A ', '&A !!str ');
const values = fc.constantFrom(
  '6.1.4',
  '1.10',
  '"6.1.4"',
  "'it''s'",
  'a#b',
  'no',
  '~',
  '"ü # x"',
  '[1, {a: 6.1.4}]',
  '{}',
);
const texts = fc.constantFrom('6.1.4', 'v1', '0.1.0-rc.1+b.2', '1.10', '12', 'null', '~6.1', '2024-01-01');
const comments = fc.constantFrom(` ${M}`, `\t${M}`, `  #${M.slice(1)} `);

const blocks: readonly (readonly string[])[] = [
  ['|', `  version: 6.1.4 ${M}`, '', `  ${M}`, '  6.1.4'],
  ['>-', '  long', '    6.1.4', `  ${M}`],
  ['"6.1.4', '  goes on"'],
  ['[', '  6.1.4, # note', '  "a" ]'],
];

let names = 0;

/** A value beside a key or in a list: lines of which the first goes on behind what stands there. */
type Value = readonly Line[];

const shift = (lines: Value, by: number): Value => lines.map(([indent, ...pieces]): Line => [indent + by, ...pieces]);

const markedScalar = fc
  .record({ quote: fc.constantFrom('', '"', "'"), text: texts })
  .map(({ quote, text }): Piece => ({ quote, text }));

/** A value, and the comment above its key or item. */
interface Leaf {
  readonly above: string;
  readonly value: Value;
}

const leaf: fc.Arbitrary<Leaf> = fc.oneof(
  fc
    .record({ value: values, tail: notOurs })
    .map(({ value, tail }) => ({ above: '', value: [[0, value, tail] as Line] })),
  fc.constantFrom(...blocks).map((lines) => ({ above: '', value: lines.map((line): Line => [0, line]) })),
  fc.record({ scalar: markedScalar, before: props, tail: comments }).map(({ scalar, before, tail }) => ({
    above: '',
    value: [[0, before.replace('A', `a${(names += 1)}`), scalar, tail] as Line],
  })),
  fc
    .record({ scalar: markedScalar, tail: notOurs })
    .map(({ scalar, tail }) => ({ above: M, value: [[0, scalar, tail] as Line] })),
  fc.record({ scalar: markedScalar, comma: fc.constantFrom('', ',') }).map(({ scalar, comma }) => ({
    above: '',
    value: [
      [0, '{ a: 1,'],
      [2, 'b: ', scalar, `${comma} ${M}`],
      [2, '}'],
    ] as readonly Line[],
  })),
);

const entry = (prefix: string, { above, value: [first = [0] as Line, ...rest] }: Leaf): Value => [
  ...(above === '' ? [] : [[0, above] as Line]),
  [0, prefix, ...first.slice(1)] as Line,
  ...rest,
];

/** Maps and lists of leaves and of one another, indented by two or by four. */
const { node } = fc.letrec<{ node: Value; nested: Leaf }>((tie) => ({
  nested: fc.record({ inside: tie('node'), by: fc.constantFrom(2, 4) }).map(({ inside, by }) => ({
    above: '',
    value: [[0] as Line, ...shift(inside, by)],
  })),
  node: fc
    .record({
      isList: fc.boolean(),
      children: fc.array(fc.oneof({ depthSize: 'small', withCrossShrink: true }, leaf, tie('nested')), {
        minLength: 1,
        maxLength: 4,
      }),
    })
    .map(({ isList, children }) => children.flatMap((child, index) => entry(isList ? '- ' : `k${index}: `, child))),
}));

const file = fc.record({
  documents: fc.array(node, { minLength: 1, maxLength: 3 }),
  eol: fc.constantFrom('\n', '\r\n'),
  head: fc.constantFrom('', '\uFEFF', '# head\n', '%YAML 1.2\n'),
  separator: fc.constantFrom('---', '--- # next', '...\n---'),
  newline: fc.boolean(),
});

const write = ({ documents, eol, head, separator, newline }: typeof file extends fc.Arbitrary<infer T> ? T : never) => {
  const pieces: Piece[] = [];
  const push = (text: string) => pieces.push(text.replaceAll('\n', eol));
  push(head);
  documents.forEach((lines, index) => {
    if (index > 0 || head.startsWith('%')) push(`${index > 0 ? separator : '---'}\n`);
    lines.forEach(([indent, ...line], at) => {
      push(' '.repeat(indent));
      for (const piece of line)
        if (typeof piece === 'string') push(piece);
        else pieces.push(piece);
      if (newline || index < documents.length - 1 || at < lines.length - 1) push('\n');
    });
  });
  return pieces;
};

const source = ({ quote, text }: Exclude<Piece, string>): string => quote + text + quote;
const textOf = (pieces: readonly Piece[]): string =>
  pieces.map((piece) => (typeof piece === 'string' ? piece : source(piece))).join('');

/** Takes the fixed pieces off a text, in their order, and gives the scalars between them. */
const scalarsBetween = (pieces: readonly Piece[], text: string, revision: string): readonly string[] => {
  const scalars: string[] = [];
  let rest = text;
  for (const piece of pieces) {
    const candidates =
      typeof piece === 'string'
        ? [piece]
        : [`"${revision}"`, `'${revision}'`, ...(piece.quote === '' ? [revision] : [])].filter(
            (candidate) => piece.quote === '' || candidate.startsWith(piece.quote),
          );
    const found = candidates.find((candidate) => rest.startsWith(candidate));
    assert.ok(found !== undefined, `at ${JSON.stringify(rest.slice(0, 60))} expected ${JSON.stringify(candidates)}`);
    if (typeof piece !== 'string') scalars.push(found);
    rest = rest.slice(found.length);
  }
  assert.equal(rest, '');
  return scalars;
};

const revisions = fc.oneof(
  fc.stringMatching(/^v?\d{1,3}\.\d{1,3}\.\d{1,3}(-[0-9a-z]{1,4}(\.[0-9a-z]{1,4})?)?(\+[0-9a-z]{1,4})?$/),
  fc.stringMatching(/^[0-9.eExXob_+-]{1,6}$/),
  fc.stringMatching(/^\d{1,4}[-:.]\d{2}[-:.]\d{2}$/),
  fc.constantFrom(
    '1.10',
    '1e3',
    '017',
    '0o17',
    '0x1f',
    '0b1',
    '1_000',
    '1:20',
    '190:20:30',
    '.inf',
    '.nan',
    '~',
    'null',
    'NULL',
  ),
  fc.constantFrom(
    'y',
    'N',
    'yes',
    'Off',
    'true',
    'False',
    '=',
    '<<',
    '-',
    '---',
    '2024-01-01',
    '1.',
    '.5',
    '+1',
    '0.1e1',
  ),
);

describe('setVersion, in generated files', () => {
  const seed = Number(process.env['LEAFWATCH_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

  it(`changes the bytes of marked scalars alone, once, to the revision as a string (seed ${seed})`, () => {
    let marked = 0;
    fc.assert(
      fc.property(file, revisions, (parts, revision) => {
        const pieces = write(parts);
        const before = textOf(pieces);
        const edit = setVersion(before, marker, revision);
        const scalars = scalarsBetween(pieces, edit.text, revision);
        assert.equal(edit.found, scalars.length);
        assert.deepEqual(setVersion(edit.text, marker, revision), { text: edit.text, found: edit.found, changed: 0 });
        marked += scalars.length;
        for (const [name, read] of readers) {
          if (parts.head.startsWith('%') && name.includes('1.1')) continue;
          const [old, now] = [leavesOf(read(before)), leavesOf(read(edit.text))];
          assert.deepEqual([...now.keys()], [...old.keys()], name);
          const changed = [...now].filter(([path, value]) => !Object.is(value, old.get(path)));
          for (const [path, value] of changed)
            if (!(value instanceof Date)) assert.equal(value, revision, `${name} ${path}`);
          const saying = [...now.values()].filter((value) => value === revision).length;
          assert.ok(saying >= scalars.length, `${name}: ${saying} of ${scalars.length} read back`);
        }
      }),
      { seed, numRuns: 150 },
    );
    assert.ok(marked > 100, `only ${marked} marked scalars`);
  });

  it(`reads each document as it reads in its stream (seed ${seed})`, () => {
    fc.assert(
      fc.property(file, (parts) => {
        const text = textOf(write(parts));
        const slices = documentsOf(text);
        assert.equal(slices.map((slice) => slice.text).join(''), text);
        const [[, read] = ['', () => []]] = readers;
        const values = slices.flatMap((slice) => read(slice.text)).filter((value) => value !== null);
        assert.deepEqual(values, read(text));
      }),
      { seed, numRuns: 150 },
    );
  });
});
