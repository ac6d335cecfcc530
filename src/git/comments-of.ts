import { CST, Lexer } from 'yaml';

/** A comment of a YAML text: with its `#`, and whether nothing but space stands before it on its line. */
export interface Comment {
  readonly offset: number;
  readonly text: string;
  readonly alone: boolean;
}

const startsLine = (text: string, offset: number): boolean =>
  /^[\s\uFEFF]*$/.test(text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset));

/** All comments of a YAML text, broken YAML included; a `#` within a scalar is none. */
export const commentsOf = (text: string): readonly Comment[] => {
  const comments: Comment[] = [];
  let offset = 0;
  let inScalar = false;
  for (const lexeme of new Lexer().lex(text)) {
    const type: ReturnType<typeof CST.tokenType> | 'content' = inScalar ? 'content' : CST.tokenType(lexeme);
    // The lexer announces a scalar, a document and a broken flow by one character each that is not in the text.
    inScalar = type === 'scalar';
    if (inScalar || type === 'doc-mode' || type === 'flow-error-end') continue;
    if (type === 'comment') comments.push({ offset, text: lexeme.trimEnd(), alone: startsLine(text, offset) });
    offset += lexeme.length;
  }
  return comments;
};
