import { parseDocument } from 'yaml';

export type ScalarStyle = 'PLAIN' | 'QUOTE_SINGLE' | 'QUOTE_DOUBLE';

const isStringIn = (source: string, version: '1.1' | '1.2'): boolean => {
  const { contents, errors } = parseDocument(source, { version });
  return errors.length === 0 && contents !== null && 'value' in contents && contents.value === source;
};

/** Letters and signs that mean nothing to YAML within a word, inside of flow collections too. */
const word = /^[\w.+-](?:[\w.+\-/:@=?&%~]*[\w.+\-/])?$/;

/** Two dots between digits: no number, date or time of any YAML. Most versions are this, and need no parser. */
const dotted = /^v?\d+\.\d+\.\d+(?:[-+][\w.+-]*)?$/;

/** Whether every YAML reader (1.1 and 1.2, inside and outside of flow collections) takes the bare text for this very string. */
export const isPlainString = (text: string): boolean =>
  dotted.test(text) || (word.test(text) && isStringIn(text, '1.1') && isStringIn(text, '1.2'));

/** What YAML 1.1 takes for a line break, and what no YAML prints: JSON leaves them as they are. */
const unprintable = /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g;

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** The YAML source of a version in the given style; double quotes where that style would not read back as this very string. */
export const versionScalar = (version: string, style: ScalarStyle): string => {
  if (style === 'PLAIN' && isPlainString(version)) return version;
  if (style === 'QUOTE_SINGLE' && /^[\x20-\x7e]*$/.test(version)) return `'${version.replaceAll("'", "''")}'`;
  return JSON.stringify(version).replaceAll(unprintable, escaped);
};
