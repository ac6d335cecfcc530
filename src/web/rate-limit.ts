import type { AnswerHeaders } from './answer.ts';
import { retryAfterOf } from './retry-after.ts';

const numberIn = (headers: AnswerHeaders, name: string): number => Number(headers.get(name) ?? Number.NaN);

/** The end of a limit that is used up: GitHub's `x-ratelimit-*` and GitLab's `ratelimit-*`, in seconds since the epoch. */
const resetOf = (headers: AnswerHeaders): number | undefined => {
  for (const prefix of ['x-ratelimit', 'ratelimit']) {
    const reset = numberIn(headers, `${prefix}-reset`);
    if (numberIn(headers, `${prefix}-remaining`) === 0 && !Number.isNaN(reset)) return reset * 1000;
  }
  return undefined;
};

/** No answer holds us up for longer, whatever it says; milliseconds. */
const longest = 3_600_000;

/**
 * When an answer that refuses may be asked for again (milliseconds since the epoch), for a rate limit that is used up, primary or
 * secondary, or a `Retry-After`; undefined when it says nothing of the kind. GitHub says both with 403 as well as with 429.
 */
export const limitEnd = (headers: AnswerHeaders, words: string, now: number): number | undefined => {
  const end = retryAfterOf(headers.get('retry-after'), now) ?? resetOf(headers);
  if (end !== undefined) return Math.min(end, now + longest);
  return /rate limit/i.test(words) ? now + 60_000 : undefined;
};
