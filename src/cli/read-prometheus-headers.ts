import { readFile } from 'node:fs/promises';
import { FailureError } from '../model/failure.ts';

const unusable = (message: string): FailureError =>
  new FailureError({ remedy: 'give-up', reason: 'HeadersUnusable', message });

/**
 * The headers that a file holds, one a line, by their names in lower case. Throws a FailureError that names the file and the line, and tells nothing of what
 * stands there.
 */
export const readPrometheusHeaders = async (path: string): Promise<Readonly<Record<string, string>>> => {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw unusable(`the headers were not read: ${error instanceof Error ? error.message : String(error)}`);
  });
  const headers = text.split('\n').flatMap((line, at): readonly (readonly [string, string])[] => {
    if (line.trim() === '') return [];
    const [, name, value] = /^([\w-]+):[ \t]*([\x20-\x7e]*[\x21-\x7e])[ \t\r]*$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) return [[name.toLowerCase(), value]];
    throw unusable(`line ${at + 1} of ${path} is no header such as Authorization: Bearer <token>`);
  });
  return Object.fromEntries(headers);
};
