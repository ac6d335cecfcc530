import { isNode, isPair, LineCounter, parseAllDocuments, visit, type Alias, type Node, type Scalar } from 'yaml';
import { commentsOf, type Comment } from './comments-of.ts';
import { isMarkerOf, markersIn, markerValue, type Marker } from './marker.ts';
import { isPlainString, versionScalar, type ScalarStyle } from './version-scalar.ts';

/** A file that holds the marker and in which it cannot be told, or not be written, which scalar is meant. */
export class UnusableMarkerError extends Error {}

export interface Edit {
  readonly text: string;
  /** How many scalars carry the marker, and how many of them did not say the revision yet. */
  readonly found: number;
  readonly changed: number;
}

/** A value of the document and where it stands; lines count from 1. `style` is undefined when it cannot be written in place. */
interface Spot {
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly keyLine: number;
  readonly value: unknown;
  readonly style: ScalarStyle | undefined;
}

const styleOf = (node: Scalar | Alias, isOneLine: boolean): ScalarStyle | undefined => {
  if (!('type' in node) || !isOneLine || node.range?.[0] === node.range?.[1]) return undefined;
  const { type } = node;
  return type === 'PLAIN' || type === 'QUOTE_SINGLE' || type === 'QUOTE_DOUBLE' ? type : undefined;
};

const parse = (text: string, lineCounter: LineCounter) => {
  try {
    return parseAllDocuments(text, { uniqueKeys: false, lineCounter });
  } catch {
    throw new UnusableMarkerError('it is nested too deep to be read as YAML');
  }
};

const spotsOf = (text: string): readonly Spot[] => {
  const lines = new LineCounter();
  const documents = parse(text, lines);
  const lineAt = (offset: number) => lines.linePos(offset).line;
  const spots: Spot[] = [];
  const learn = (role: unknown, node: Scalar | Alias, path: readonly unknown[]) => {
    if (role === 'key' || !node.range) return;
    const [start, end] = node.range;
    const pair = path.at(-1);
    const key: Node | undefined = isPair(pair) && isNode(pair.key) ? pair.key : undefined;
    const line = lineAt(start);
    spots.push({
      start,
      end,
      line,
      keyLine: key?.range ? lineAt(key.range[0]) : line,
      value: 'value' in node ? node.value : undefined,
      style: styleOf(node, lineAt(end) === line),
    });
  };
  for (const document of documents) {
    const [error] = document.errors;
    if (error) throw new UnusableMarkerError(`it is not valid YAML: ${error.message.split('\n')[0] ?? ''}`);
    visit(document, { Scalar: learn, Alias: learn });
  }
  return spots;
};

/** Beside the scalar, alone above the line of its key (of the item, in a list), or between the key and a scalar below it. */
const isAt = (spot: Spot, comment: Comment, line: number): boolean =>
  comment.alone
    ? spot.line === line + 1 || spot.keyLine === line + 1
    : (spot.line === line && spot.start <= comment.offset) || (spot.keyLine === line && spot.line === line + 1);

const spotOf = (
  spots: readonly Spot[],
  comment: Comment,
  line: number,
): (Spot & { style: ScalarStyle }) | undefined => {
  const [spot, ...others] = spots.filter((candidate) => isAt(candidate, comment, line));
  if (!spot) return undefined;
  if (others.length > 0)
    throw new UnusableMarkerError(`the marker on line ${line} can mean several values: give the version its own line`);
  if (spot.style === undefined)
    throw new UnusableMarkerError(
      `the value at the marker on line ${line} cannot be replaced: write the version there as a plain or quoted scalar on one line`,
    );
  return { ...spot, style: spot.style };
};

const says = (spot: Spot, revision: string): boolean =>
  spot.value === revision && (spot.style !== 'PLAIN' || isPlainString(revision));

const markedSpots = (text: string, comments: readonly Comment[]) => {
  const spots = spotsOf(text);
  const marked = new Map<number, Spot & { style: ScalarStyle }>();
  for (const comment of comments) {
    const spot = spotOf(spots, comment, text.slice(0, comment.offset).split('\n').length);
    if (spot) marked.set(spot.start, spot);
  }
  return [...marked.values()].sort((one, other) => one.start - other.start);
};

/**
 * Writes the revision into every scalar of a YAML text that carries the marker, and leaves every other byte as it is.
 * A second run changes nothing. Throws UnusableMarkerError, with the line, where the marker is there but cannot be honoured.
 */
export const setVersion = (text: string, marker: Marker, revision: string): Edit => {
  const untouched = { text, found: 0, changed: 0 };
  if (!markersIn(text).has(markerValue(marker))) return untouched;
  const comments = commentsOf(text).filter((comment) => isMarkerOf(comment.text, marker));
  if (comments.length === 0) return untouched;
  const marked = markedSpots(text, comments);
  const stale = marked.filter((spot) => !says(spot, revision));
  let from = 0;
  const pieces = stale.map(({ start, end, style }) => {
    const piece = text.slice(from, start) + versionScalar(revision, style);
    from = end;
    return piece;
  });
  return { text: pieces.join('') + text.slice(from), found: marked.length, changed: stale.length };
};
