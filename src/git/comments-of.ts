import { CST, Lexer } from 'yaml';
import { lineBreaksIn, type Slice } from './documents-of.ts';
import { UnusableMarkerError } from './unusable-marker.ts';

/** A comment: with its `#`, on which line of the stream (from 1), and whether nothing but space stands before it there. */
export interface Comment {
  readonly offset: number;
  readonly line: number;
  readonly text: string;
  readonly alone: boolean;
}

// The parser calls itself for each level, and needs seconds for a file of nothing but brackets.
const deepest = 200;
const mostLexemes = 600_000;

const isAlone = (text: string, offset: number): boolean =>
  /^[\s\uFEFF]*$/.test(text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset));

type LexemeType = ReturnType<typeof CST.tokenType>;

/** Counts how deep a text is nested: in brackets, and in indicators that follow one another on a line. */
const createDepth = () => {
  let brackets = 0;
  let indicators = 0;
  return (type: LexemeType | 'content'): void => {
    if (type === 'newline' || brackets > 0) indicators = 0;
    if (type === 'seq-item-ind' || type === 'explicit-key-ind' || type === 'map-value-ind') indicators += 1;
    if (type === 'flow-map-start' || type === 'flow-seq-start') brackets += 1;
    if (type === 'flow-map-end' || type === 'flow-seq-end') brackets -= 1;
    if (brackets > deepest || indicators > deepest)
      throw new UnusableMarkerError(`it is nested deeper than ${deepest} levels`);
  };
};

/**
 * All comments of a YAML document, broken YAML included; a `#` within a scalar is none. Throws UnusableMarkerError where the text
 * is nested too deep, or is too much, to be read as YAML in reasonable time.
 */
export const commentsOf = ({ text, linesBefore }: Slice): readonly Comment[] => {
  const comments: Comment[] = [];
  const look = createDepth();
  let [offset, line, count] = [0, linesBefore + 1, 0];
  let inScalar = false;
  for (const lexeme of new Lexer().lex(text)) {
    if ((count += 1) > mostLexemes) throw new UnusableMarkerError(`it holds more than ${mostLexemes} pieces of YAML`);
    const type: LexemeType | 'content' = inScalar ? 'content' : CST.tokenType(lexeme);
    // The lexer announces a scalar, a document and a broken flow by one character each that is not in the text.
    inScalar = type === 'scalar';
    if (inScalar || type === 'doc-mode' || type === 'flow-error-end') continue;
    look(type);
    if (type === 'comment') comments.push({ offset, line, text: lexeme.trimEnd(), alone: isAlone(text, offset) });
    offset += lexeme.length;
    line += lineBreaksIn(lexeme);
  }
  return comments;
};
