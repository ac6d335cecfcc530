import type { Answer } from './answer.ts';

const oneLine = (text: string): string =>
  text
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, 300);

/** Of a list its items; of an object its message, or else each field with what is said of it, as GitLab has them; to a depth of three. */
const asText = (value: unknown, depth = 0): string => {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null || depth > 3) return '';
  const inner = (part: unknown) => asText(part, depth + 1);
  if (Array.isArray(value)) return value.map(inner).filter(isSaid).join(', ');
  const { message, field, code } = value as { message?: unknown; field?: unknown; code?: unknown };
  const parts = [message, field, code].filter((part) => typeof part === 'string');
  if (parts.length > 0) return parts.join(' ');
  const about = ([name, said]: [string, unknown]) => `${name === 'base' ? '' : `${name} `}${inner(said)}`;
  return Object.entries(value).map(about).join(', ');
};

const isSaid = (text: string): boolean => text !== '';

/** What a server says about a refusal, in its own words: the messages of a JSON answer, on one line of at most 300 characters. */
export const wordsIn = (body: unknown): string => {
  if (typeof body !== 'object' || body === null) return typeof body === 'string' ? wordsInText(body) : '';
  const { message, error, error_description, errors } = body as Readonly<Record<string, unknown>>;
  const details = Array.isArray(errors) ? (errors as readonly unknown[]) : [];
  return oneLine(
    [message, error, error_description, ...details]
      .map((part) => asText(part))
      .filter(isSaid)
      .join(': '),
  );
};

const wordsInText = (text: string): string => (/^\s*</.test(text) ? 'a web page' : oneLine(text));

const maxBytes = 64 * 1024;

const beginningOf = async (response: Pick<Answer, 'body'>): Promise<string> => {
  const chunks: Uint8Array[] = [];
  let read = 0;
  try {
    for await (const chunk of response.body ?? []) {
      chunks.push(chunk);
      read += chunk.length;
      if (read > maxBytes) break;
    }
  } catch {
    // What was read until the answer broke off is all there is to say.
  }
  return Buffer.concat(chunks).toString();
};

/** The same of an answer that was not read yet; of a long one its beginning counts. */
export const wordsOf = async (response: Pick<Answer, 'body'>): Promise<string> => {
  const text = await beginningOf(response);
  try {
    return wordsIn(JSON.parse(text));
  } catch {
    return text.trim() === '' ? 'no more words' : wordsInText(text);
  }
};
