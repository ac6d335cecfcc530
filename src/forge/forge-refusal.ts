import { FailureError, type Failure } from '../model/failure.ts';
import type { ForgeRepository } from './forge-repository.ts';
import { retryAfterOf } from './web-fetch.ts';

export interface Refusal {
  readonly status: number;
  readonly headers: Headers;
  /** The forge's own. */
  readonly words: string;
}

/** When a rate limit ends, primary or secondary; undefined when this is none (GitHub says both with 403 as well as with 429). */
const limitEnd = ({ headers, words }: Refusal, now: number): number | undefined => {
  const after = retryAfterOf(headers, now);
  if (after !== undefined) return after;
  const reset = Number(headers.get('x-ratelimit-reset') ?? Number.NaN);
  if (headers.get('x-ratelimit-remaining') === '0' && !Number.isNaN(reset)) return reset * 1000;
  return /rate limit/i.test(words) ? now + 60_000 : undefined;
};

const classify = (refusal: Refusal, said: string, now: number): Failure => {
  const retryAfter = refusal.status === 403 ? limitEnd(refusal, now) : undefined;
  if (retryAfter !== undefined) return { remedy: 'retry', reason: 'RateLimited', message: said, retryAfter };
  const giveUp = (reason: string, todo: string): Failure => ({ remedy: 'give-up', reason, message: said + todo });
  switch (refusal.status) {
    case 401:
      return giveUp('Unauthorized', ': put a valid token under the key token into the Secret');
    case 403:
      return giveUp('Forbidden', ': give the token the right to read and write pull requests of the repository');
    case 404:
      return giveUp(
        'RepositoryNotFound',
        ": no such repository, or the token must not see it; check the strategy's url",
      );
    default:
      return giveUp('PullRequestRefused', '');
  }
};

/** The failure that a forge's answer stands for: what was asked, what it said, and what to change. */
export const forgeRefusal = (
  doing: string,
  { host, owner, name }: ForgeRepository,
  refusal: Refusal,
  now: number,
): FailureError =>
  new FailureError(
    classify(refusal, `${doing} in ${owner}/${name}: ${host} answers ${refusal.status} (${refusal.words})`, now),
  );

/** A pull request that was there and is not found may only not have reached the server that was asked. */
export const pullRequestNotFound = (number: number, { host, owner, name }: ForgeRepository): FailureError =>
  new FailureError({
    remedy: 'retry',
    reason: 'PullRequestNotFound',
    message: `${host} does not find pull request ${number} of ${owner}/${name}`,
  });
