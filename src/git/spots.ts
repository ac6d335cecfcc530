import {
  isAlias,
  isNode,
  isPair,
  LineCounter,
  parseAllDocuments,
  visit,
  type Alias,
  type Node,
  type Scalar,
} from 'yaml';
import type { Slice } from './documents-of.ts';
import { UnusableMarkerError } from './unusable-marker.ts';
import type { ScalarStyle } from './version-scalar.ts';

/** A scalar (or alias) that is no key, and where it stands in its document; lines are those of the stream, from 1. */
export interface Spot {
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly keyLine: number;
  /** What YAML reads there. */
  readonly value: unknown;
  /** What is written there, without quotes: `1.10` for the number 1.1. */
  readonly content: string;
  readonly style: ScalarStyle;
  /** Why no version can be written there, as a clause. */
  readonly refusal: string | undefined;
}

const styles: Readonly<Record<string, ScalarStyle>> = {
  PLAIN: 'PLAIN',
  QUOTE_SINGLE: 'QUOTE_SINGLE',
  QUOTE_DOUBLE: 'QUOTE_DOUBLE',
};

const yamlOrg = 'tag:yaml.org,2002:';

/** Whether a tag says that this is a number, a date or the like: what is written there would be read as that. */
const isTaggedOtherwise = ({ tag }: Scalar): boolean =>
  tag !== undefined && tag.startsWith(yamlOrg) && tag !== `${yamlOrg}str`;

const refusalOf = (node: Scalar | Alias, isOneLine: boolean): string | undefined => {
  if (isAlias(node)) return `is the alias *${node.source}: mark the value that it stands for`;
  if (node.type === 'BLOCK_FOLDED' || node.type === 'BLOCK_LITERAL')
    return 'is a block of text: write the version as a plain or quoted scalar on one line';
  if (node.range?.[0] === node.range?.[1]) return 'is not there: write a version, which is then replaced';
  if (!isOneLine) return 'goes over several lines: write the version on one';
  return isTaggedOtherwise(node) ? 'has a tag other than !!str: take it off' : undefined;
};

const parse = (text: string, lineCounter: LineCounter) => {
  try {
    return parseAllDocuments(text, { uniqueKeys: false, prettyErrors: false, lineCounter });
  } catch {
    throw new UnusableMarkerError('it is nested too deep to be read as YAML');
  }
};

const keyOf = (pair: unknown): Node | undefined => (isPair(pair) && isNode(pair.key) ? pair.key : undefined);

const readingOf = (node: Scalar | Alias, source: string): Pick<Spot, 'value' | 'content' | 'style'> => {
  if (isAlias(node)) return { value: undefined, content: source, style: 'PLAIN' };
  const { value, type } = node;
  return { value, content: type === 'PLAIN' ? source : String(value), style: styles[type ?? ''] ?? 'PLAIN' };
};

/** All values of a YAML document that can be marked, in their order. Throws UnusableMarkerError when it is no valid YAML. */
export const spotsOf = ({ text, linesBefore }: Slice): readonly Spot[] => {
  const lines = new LineCounter();
  const documents = parse(text, lines);
  const lineAt = (offset: number) => linesBefore + lines.linePos(offset).line;
  const spots: Spot[] = [];
  const learn = (role: unknown, node: Scalar | Alias, path: readonly unknown[]) => {
    if (role === 'key' || !node.range) return;
    const [start, end] = node.range;
    const key = keyOf(path.at(-1));
    const line = lineAt(start);
    spots.push({
      start,
      end,
      line,
      keyLine: key?.range ? lineAt(key.range[0]) : line,
      ...readingOf(node, text.slice(start, end)),
      refusal: refusalOf(node, lineAt(end) === line),
    });
  };
  for (const document of documents) {
    const [error] = document.errors;
    if (error) throw new UnusableMarkerError(`it is not valid YAML: line ${lineAt(error.pos[0])}: ${error.message}`);
    visit(document, { Scalar: learn, Alias: learn });
  }
  return spots;
};
