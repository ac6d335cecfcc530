/** A text as it fits into a status and a pull request that hold hundreds of them: one line, cut after `longest` characters. */
export const shortened = (text: string, longest = 200): string => {
  const line = /[^\S ]|\s\s/.test(text) ? text.replaceAll(/\s+/g, ' ') : text;
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
};
