import { shownPath } from '../git/untouched.ts';
import type { ProposedChange } from '../git/change.ts';

const mostNamed = 20;

/** As code, in which a path means nothing else. */
const asCode = (path: string): string => `\`${shownPath(path).replaceAll('`', "'")}\``;

/** What a reviewer is to know of files that carry the marker and were not changed: Markdown behind a pull request's text, or nothing. */
export const untouchedNote = (untouched: ProposedChange['untouched']): string => {
  if (untouched.length === 0) return '';
  const named = untouched.slice(0, mostNamed).map(({ path, why }) => `- ${asCode(path)} ${why}`);
  const more = untouched.length - named.length;
  const lines = [...named, ...(more > 0 ? [`- and ${more} more`] : [])];
  return `\n**Not changed by this pull request**, although they carry the marker too; change them by hand:\n\n${lines.join('\n')}\n`;
};
