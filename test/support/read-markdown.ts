import { marked, type Token, type Tokens } from 'marked';

/** A cell as it is seen, and whether all of it is code, in which no forge looks for markup or mentions. */
interface Cell {
  readonly text: string;
  readonly isCode: boolean;
}

interface ReadMarkdown {
  /** Every block that is a paragraph, as a person sees it. */
  readonly paragraphs: readonly string[];
  readonly tables: readonly (readonly (readonly Cell[])[])[];
  readonly codeBlocks: readonly string[];
  readonly links: readonly { readonly text: string; readonly href: string }[];
  /** The types of all tokens. */
  readonly types: ReadonlySet<string>;
}

const inside = (token: Token): readonly Token[] => ('tokens' in token ? (token.tokens ?? []) : []);

/** A text as it is seen: marked escapes for HTML what it has in `text`, so that `raw` is read where there is nothing inside. */
const seen = (tokens: readonly Token[]): string =>
  tokens
    .map((token) => {
      if (token.type === 'codespan') return (token as Tokens.Codespan).text;
      if (token.type === 'escape') return (token as Tokens.Escape).text;
      return inside(token).length > 0 ? seen(inside(token)) : token.raw;
    })
    .join('');

const cellOf = ({ tokens }: Tokens.TableCell): Cell => ({
  text: seen(tokens),
  isCode: tokens.every(({ type }) => type === 'codespan'),
});

/** Markdown as GitHub reads it, by a library: what stands in it for a person. */
export const readMarkdown = (text: string): ReadMarkdown => {
  const tokens = marked.lexer(text, { gfm: true });
  const all: Token[] = [];
  void marked.walkTokens(tokens, (token) => {
    all.push(token);
  });
  const ofType = (type: string) => all.filter((token) => token.type === type);
  return {
    paragraphs: (ofType('paragraph') as Tokens.Paragraph[]).map((paragraph) => seen(paragraph.tokens)),
    tables: (ofType('table') as Tokens.Table[]).map(({ header, rows }) =>
      [header, ...rows].map((row) => row.map(cellOf)),
    ),
    codeBlocks: (ofType('code') as Tokens.Code[]).map((block) => block.text),
    links: (ofType('link') as Tokens.Link[]).map((link) => ({ text: seen(link.tokens), href: link.href })),
    types: new Set(all.map(({ type }) => type)),
  };
};
