import fc from 'fast-check';
import {
  leaf,
  notOurs,
  plain,
  shift,
  type Leaf,
  type Line,
  type MarkedScalar,
  type Piece,
  type Value,
} from './arbitrary-yaml-value.ts';

const entry = (prefix: string, { above, value: [first = [0], ...rest] }: Leaf): Value => {
  const [, ...behind] = first;
  return [...above.map((line): Line => [0, line]), [0, prefix, ...behind], ...rest];
};

const keys = [
  (n: number) => `k${n}`,
  (n: number) => `"k: ${n}"`,
  (n: number) => `'k#${n}'`,
  (n: number) => `x.io/k-${n}`,
];

/** The first line of what is nested beside the `- ` of its item (`- name: x`), where no comment stands above it. */
const beside = (inside: Value): Leaf | undefined => {
  const [first, ...rest] = shift(inside, 2);
  const [, ...pieces] = first ?? [0];
  const [head] = pieces;
  return typeof head === 'string' && /^[-\w"']/.test(head) ? plain([[0, ...pieces], ...rest]) : undefined;
};

/** Maps and lists of leaves and of one another, indented by two or by four, lists also not at all. */
const { node } = fc.letrec<{
  node: { readonly isList: boolean; readonly lines: Value };
  nested: (inList: boolean) => Leaf;
}>((tie) => ({
  nested: fc
    .record({ inside: tie('node'), by: fc.constantFrom(0, 2, 4), compact: fc.boolean(), tail: notOurs })
    .map(({ inside: { isList, lines }, by, compact, tail }) => (inList: boolean) => {
      const indent = by === 0 && (inList || !isList) ? 2 : by;
      return (inList && compact ? beside(lines) : undefined) ?? plain([[0, tail], ...shift(lines, indent)]);
    }),
  node: fc
    .record({
      isList: fc.boolean(),
      key: fc.constantFrom(...keys),
      children: fc.array(
        fc.oneof(
          { depthSize: 'small', withCrossShrink: true },
          leaf.map((one) => () => one),
          tie('nested'),
        ),
        { minLength: 1, maxLength: 4 },
      ),
    })
    .map(({ isList, key, children }) => ({
      isList,
      lines: children.flatMap((child, index) => entry(isList ? '- ' : `${key(index)}: `, child(isList))),
    })),
}));

/** `kind: List`, whose items are compact maps. */
const listKind = fc
  .array(node, { minLength: 1, maxLength: 3 })
  .map((items) => [
    [0, 'apiVersion: v1'] as Line,
    [0, 'kind: List'] as Line,
    [0, 'items:'] as Line,
    ...items.flatMap(({ lines }) => [
      [0, '- apiVersion: helm.toolkit.fluxcd.io/v2'] as Line,
      [2, 'kind: HelmRelease'] as Line,
      [2, 'spec:'] as Line,
      ...shift(lines, 4),
    ]),
  ]);

interface Parts {
  readonly documents: readonly Value[];
  readonly eol: '\n' | '\r\n' | 'mixed';
  readonly head: string;
  readonly separator: string;
  readonly newline: boolean;
}

const parts: fc.Arbitrary<Parts> = fc.record({
  documents: fc.array(fc.oneof({ arbitrary: node.map(({ lines }) => lines), weight: 4 }, listKind), {
    minLength: 1,
    maxLength: 3,
  }),
  eol: fc.constantFrom('\n', '\r\n', 'mixed'),
  head: fc.constantFrom('', '\uFEFF', '# head\n', '\uFEFF# head\n\n', '%YAML 1.2\n', '\n'),
  separator: fc.constantFrom(
    '---',
    '--- # next',
    '...\n---',
    '...\n%TAG !e! tag:example.org,2000:\n---',
    '---\n# {"$promotion": "a:b:c"}\n---',
  ),
  newline: fc.boolean(),
});

/** A generated file: its pieces, and whether it says by itself by which version of YAML it is to be read. */
export interface GeneratedFile {
  readonly pieces: readonly Piece[];
  readonly saysVersion: boolean;
}

const write = ({ documents, eol, head, separator, newline }: Parts): GeneratedFile => {
  const pieces: Piece[] = [];
  let breaks = 0;
  const end = () => (eol === 'mixed' ? ((breaks += 1) % 3 === 0 ? '\r\n' : '\n') : eol);
  const push = (text: string) => pieces.push(text.replaceAll('\n', end));
  push(head);
  documents.forEach((lines, index) => {
    if (index > 0 || head.startsWith('%')) push(`${index > 0 ? separator : '---'}\n`);
    lines.forEach(([indent, ...line], at) => {
      if (line.some((piece) => piece !== '')) push(' '.repeat(indent));
      for (const piece of line)
        if (typeof piece === 'string') push(piece);
        else pieces.push(piece);
      if (newline || index < documents.length - 1 || at < lines.length - 1) push('\n');
    });
  });
  return { pieces, saysVersion: head.startsWith('%') };
};

/** YAML files of all shapes with marked scalars in them. */
export const yamlFile: fc.Arbitrary<GeneratedFile> = parts.map(write);

/** What a piece says before anything was written. */
export const sourceOf = (piece: Piece): string =>
  typeof piece === 'string' ? piece : piece.quote + piece.before + piece.text + piece.after + piece.quote;

/** What a marked scalar is to say; as a tag it holds no `+`, and in a name no `v`. */
export const wantedBy = ({ part, before, after }: MarkedScalar, revision: string): string => {
  if (part === 'tag') return before + revision.replaceAll('+', '_') + after;
  return before + (part === 'name' ? revision.replace(/^v/, '') : revision) + after;
};
