/** What has no shape of its own: line breaks, controls, and signs that turn the direction of what follows. */
const shapeless = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\s]+/gu;

/** A text of others on one line, of nothing but what can be seen. */
export const oneLine = (text: string): string => text.replaceAll(shapeless, ' ').trim();

/** A text of others as code, in which no forge finds markup, HTML, links, mentions or references. Empty when there is nothing in it. */
export const code = (text: string): string => {
  const line = oneLine(text);
  if (line === '') return '';
  const longest = Math.max(0, ...(line.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = '`'.repeat(longest + 1);
  const space = /^`|`$/.test(line) ? ' ' : '';
  return fence + space + line + space + fence;
};

/** A row of a table. A pipe is escaped within code too, and no backslash stands before that escape, which forges read in two ways. */
export const tableRow = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll(/\\(?=\|)/g, '\\ ').replaceAll('|', '\\|')).join(' | ')} |`;
