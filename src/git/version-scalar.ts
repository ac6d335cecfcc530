import { parseDocument } from 'yaml';

export type ScalarStyle = 'PLAIN' | 'QUOTE_SINGLE' | 'QUOTE_DOUBLE';

const isStringIn = (source: string, version: '1.1' | '1.2'): boolean => {
  const { contents, errors } = parseDocument(source, { version });
  return errors.length === 0 && contents !== null && 'value' in contents && contents.value === source;
};

/** Whether every YAML reader (1.1 and 1.2, inside and outside of flow collections) takes the bare text for this very string. */
export const isPlainString = (text: string): boolean =>
  /^[\w.+-]+$/.test(text) && isStringIn(text, '1.1') && isStringIn(text, '1.2');

/** The YAML source of a version in the given style; double quotes where that style would not read back as this very string. */
export const versionScalar = (version: string, style: ScalarStyle): string => {
  if (style === 'PLAIN' && isPlainString(version)) return version;
  if (style === 'QUOTE_SINGLE' && /^[\x20-\x7e]*$/.test(version)) return `'${version.replaceAll("'", "''")}'`;
  return JSON.stringify(version);
};
