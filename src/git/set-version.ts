import { commentsOf, type Comment } from './comments-of.ts';
import { documentsOf, type Slice } from './documents-of.ts';
import { markersIn, markerValue, suffixOf, type Marker } from './marker.ts';
import { spotsOf, type Spot } from './spots.ts';
import { UnusableMarkerError } from './unusable-marker.ts';
import { wantedIn } from './version-part.ts';
import { isPlainString, versionScalar } from './version-scalar.ts';

export interface Edit {
  readonly text: string;
  /** How many scalars carry the marker, and how many of them did not say the revision yet. */
  readonly found: number;
  readonly changed: number;
}

/** Is told of each version that is replaced, before it is; refuses by throwing. */
type Replacing = (before: string) => void;

/** A marker's comment, and what stands behind the marker in it. */
interface Mark extends Comment {
  readonly suffix: string;
}

/** A marked scalar, what it is to say, and the version that it has said before. */
interface Marked extends Spot {
  readonly wanted: string;
  readonly before: string;
}

/** Beside the scalar, alone above the line of its key (of the item, in a list), or between the key and a scalar below it. */
const isAt = (spot: Spot, { alone, offset, line }: Comment): boolean =>
  alone
    ? spot.line === line + 1 || spot.keyLine === line + 1
    : (spot.line === line && spot.start <= offset) || (spot.keyLine === line && spot.line === line + 1);

/** The spots by the line on which they, or their keys, stand. */
const byLine = (spots: readonly Spot[]): ReadonlyMap<number, readonly Spot[]> => {
  const lines = new Map<number, Spot[]>();
  for (const spot of spots)
    for (const line of new Set([spot.line, spot.keyLine])) {
      const there = lines.get(line);
      if (there) there.push(spot);
      else lines.set(line, [spot]);
    }
  return lines;
};

const markedBy = (mark: Mark, lines: ReadonlyMap<number, readonly Spot[]>, revision: string): Marked | undefined => {
  const near = lines.get(mark.alone ? mark.line + 1 : mark.line) ?? [];
  const [spot, ...others] = near.filter((candidate) => isAt(candidate, mark));
  if (!spot) return undefined;
  const refuse = (why: string) => new UnusableMarkerError(`the ${why}`);
  const value = `value at the marker on line ${mark.line}`;
  if (others.length > 0)
    throw refuse(`marker on line ${mark.line} can mean several values: give the version its own line`);
  if (spot.refusal !== undefined) throw refuse(`${value} ${spot.refusal}`);
  const wanted = wantedIn(spot.content, mark.suffix, revision);
  if (wanted.type === 'refused') throw refuse(`${value} ${wanted.why}`);
  return { ...spot, wanted: wanted.value, before: wanted.before };
};

const saysIt = ({ value, style, wanted }: Marked): boolean =>
  value === wanted && (style !== 'PLAIN' || isPlainString(wanted));

const markedSpots = (document: Slice, marks: readonly Mark[], revision: string): readonly Marked[] => {
  const lines = byLine(spotsOf(document));
  const marked = new Map<number, Marked>();
  for (const mark of marks) {
    const spot = markedBy(mark, lines, revision);
    if (spot) marked.set(spot.start, spot);
  }
  return [...marked.values()].sort((one, other) => one.start - other.start);
};

const marksIn = (document: Slice, marker: Marker): readonly Mark[] =>
  // Most documents of a file hold no marker, or another's: they need not be read as YAML.
  markersIn(document.text).has(markerValue(marker))
    ? commentsOf(document).flatMap((comment) => {
        const suffix = suffixOf(comment.text, marker);
        return suffix === undefined ? [] : { ...comment, suffix };
      })
    : [];

const editDocument = (document: Slice, marker: Marker, revision: string, replacing: Replacing): Edit => {
  const { text } = document;
  const marks = marksIn(document, marker);
  const marked = marks.length === 0 ? [] : markedSpots(document, marks, revision);
  const stale = marked.filter((spot) => !saysIt(spot));
  let from = 0;
  const pieces = stale.map(({ start, end, style, wanted, before }) => {
    replacing(before);
    const piece = text.slice(from, start) + versionScalar(wanted, style);
    from = end;
    return piece;
  });
  return { text: pieces.join('') + text.slice(from), found: marked.length, changed: stale.length };
};

/**
 * Writes the revision into every scalar of a YAML text that carries the marker, and leaves every other byte as it is.
 * A second run changes nothing. Throws UnusableMarkerError, with the line, where the marker is there but cannot be honoured, and what
 * `replacing` throws.
 */
export const setVersion = (
  text: string,
  marker: Marker,
  revision: string,
  replacing: Replacing = () => undefined,
): Edit => {
  if (!markersIn(text).has(markerValue(marker))) return { text, found: 0, changed: 0 };
  // The parser takes what stands behind a byte order mark for indented.
  const head = text.startsWith('\uFEFF') ? 1 : 0;
  const edits = documentsOf(text.slice(head)).map((document) => editDocument(document, marker, revision, replacing));
  const sum = (count: (edit: Edit) => number) => edits.reduce((total, edit) => total + count(edit), 0);
  return {
    text: text.slice(0, head) + edits.map((edit) => edit.text).join(''),
    found: sum(({ found }) => found),
    changed: sum(({ changed }) => changed),
  };
};
