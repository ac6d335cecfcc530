/** A part of a YAML stream that reads for itself, and how many lines of the stream stand before it. */
export interface Slice {
  readonly text: string;
  readonly linesBefore: number;
}

/**
 * `---` begins a document wherever it stands at the beginning of a line: no scalar can hold it there. With the flag m, lines would begin
 * behind U+2028 and U+2029 too, which are text to YAML 1.2.
 */
const boundary = /(?<![^\r\n])---(?=[ \t\r\n]|$)/g;

/** Directives stand before the `---` of their document, and belong to it. */
const holdsDirective = /(?<![^\r\n])%/;

/** How many line breaks a text holds. */
export const lineBreaksIn = (text: string): number => {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
};

/** Where documents end: offsets in a YAML stream, its end included. */
const endsIn = (text: string): readonly number[] => {
  const ends: number[] = [];
  let from = 0;
  for (const { index } of text.matchAll(boundary)) {
    if (index > from && !holdsDirective.test(text.slice(from, index))) ends.push(index);
    from = index;
  }
  return [...ends, text.length];
};

/** A YAML stream cut into its documents, so that each can be read without the others. Together they are the text, byte for byte. */
export const documentsOf = (text: string): readonly Slice[] => {
  let [from, linesBefore] = [0, 0];
  return endsIn(text).map((end) => {
    const slice = { text: text.slice(from, end), linesBefore };
    linesBefore += lineBreaksIn(slice.text);
    from = end;
    return slice;
  });
};
