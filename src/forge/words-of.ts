const oneLine = (text: string): string =>
  text
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, 300);

const asText = (value: unknown): string => {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return '';
  const { message, field, code } = value as { message?: unknown; field?: unknown; code?: unknown };
  return [message, field, code].filter((part) => typeof part === 'string').join(' ');
};

/** What a forge says about a refusal, in its own words: the messages of a JSON answer, on one line of at most 300 characters. */
export const wordsIn = (body: unknown): string => {
  if (typeof body !== 'object' || body === null) return typeof body === 'string' ? wordsInText(body) : '';
  const { message, errors } = body as { message?: unknown; errors?: unknown };
  const details = Array.isArray(errors) ? errors : [];
  return oneLine(
    [message, ...(details as unknown[])]
      .map(asText)
      .filter((part) => part !== '')
      .join(': '),
  );
};

const wordsInText = (text: string): string => (/^\s*</.test(text) ? 'a web page' : oneLine(text));

const maxBytes = 64 * 1024;

const beginningOf = async (response: Response): Promise<string> => {
  const chunks: Uint8Array[] = [];
  let read = 0;
  try {
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
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
export const wordsOf = async (response: Response): Promise<string> => {
  const text = await beginningOf(response);
  try {
    return wordsIn(JSON.parse(text));
  } catch {
    return text.trim() === '' ? 'no more words' : wordsInText(text);
  }
};
