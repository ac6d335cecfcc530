import { ask, bodyPatience, type Asking } from './ask.ts';
import { BrokenStreamError } from './broken-stream.ts';
import { attended } from './attended.ts';

const longestAnswer = 4 * 1024 * 1024;

/** The answer to a question about one thing, of at most 4 MiB; throws as `ask` does, and BrokenStreamError. */
export const askJson = async (
  asking: Asking,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<unknown> => {
  const answer = await ask(asking, path, headers);
  const text = await textFrom(attended(answer, bodyPatience, asking.scheduler), path);
  try {
    return JSON.parse(text);
  } catch {
    throw new BrokenStreamError(`the answer to ${path} is not JSON`);
  }
};

const textFrom = async (chunks: AsyncIterable<Buffer>, path: string): Promise<string> => {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    parts.push(chunk);
    size += chunk.length;
    if (size > longestAnswer)
      throw new BrokenStreamError(`the answer to ${path} is longer than ${longestAnswer} bytes`);
  }
  return Buffer.concat(parts).toString();
};
