import { FailureError, type Failure } from '../model/failure.ts';
import type { AnswerHeaders } from '../web/answer.ts';
import type { ForgeRepository } from './forge-repository.ts';
import { limitEnd } from '../web/rate-limit.ts';

export interface Refusal {
  readonly status: number;
  readonly headers: AnswerHeaders;
  /** The forge's own. */
  readonly words: string;
}

type Told = Pick<Failure, 'remedy' | 'reason'> & { readonly todo?: string };

const giveUp = (reason: string, todo?: string): Told => ({
  remedy: 'give-up',
  reason,
  ...(todo === undefined ? {} : { todo }),
});

const byStatus: Readonly<Record<number, Told>> = {
  401: giveUp('Unauthorized', ': put a valid token under the key token into the Secret that the strategy names'),
  403: giveUp('Forbidden', ': give the token the right to read and write pull requests of the repository'),
  404: giveUp(
    'RepositoryNotFound',
    ": no such repository, or the token must not see it; check the strategy's url and type",
  ),
  405: { remedy: 'retry', reason: 'NotNow' },
  408: { remedy: 'retry', reason: 'ServerFailed' },
  409: { remedy: 'retry', reason: 'Conflict' },
  410: giveUp('RepositoryNotFound', ": it is gone; check the strategy's url"),
  423: { remedy: 'wait', reason: 'RepositoryLocked', todo: ': unlock it, or have it unarchived' },
  425: { remedy: 'retry', reason: 'NotNow' },
};

const classify = ({ status, headers, words }: Refusal, now: number): Told & Pick<Failure, 'retryAfter'> => {
  const retryAfter = status === 403 ? limitEnd(headers, words, now) : undefined;
  if (retryAfter !== undefined) return { remedy: 'retry', reason: 'RateLimited', retryAfter };
  // Bitbucket Server says so also to one whom it knows, and does not let.
  if (status === 401 && /not permitted|permission/i.test(words)) return byStatus[403] ?? giveUp('Forbidden');
  // Who was told that it exists and does not find it has asked a server that does not know of it yet; the other is GitHub's word for a branch
  // that somebody has deleted since it was pushed.
  if (status === 422 && /already exists|\bhead invalid\b/i.test(words)) return { remedy: 'retry', reason: 'Conflict' };
  return byStatus[status] ?? giveUp('PullRequestRefused');
};

/** The failure that a forge's answer stands for: what was asked, what it said, and what to change. */
export const forgeRefusal = (
  doing: string,
  { host, owner, name }: ForgeRepository,
  refusal: Refusal,
  now: number,
): FailureError => {
  const { todo = '', ...failure } = classify(refusal, now);
  const said = `${doing} in ${owner}/${name}: ${host} answers ${refusal.status} (${refusal.words})`;
  return new FailureError({ ...failure, message: said + todo });
};

/** A pull request that was there and is not found may only not have reached the server that was asked. */
export const pullRequestNotFound = (number: number, { host, owner, name }: ForgeRepository): FailureError =>
  new FailureError({
    remedy: 'retry',
    reason: 'PullRequestNotFound',
    message: `${host} does not find pull request ${number} of ${owner}/${name}`,
  });

/** A repository without the branch that pull requests are made against. */
export const baseBranchNotFound = (base: string, { host, owner, name }: ForgeRepository): FailureError =>
  new FailureError({
    remedy: 'wait',
    reason: 'BaseBranchNotFound',
    message: `${owner}/${name} on ${host} has no branch ${base}: create it (in an empty repository by a first commit), or correct the strategy's baseBranch`,
  });

/** A token that may only read. */
export const noWriteAccess = ({ host, owner, name }: ForgeRepository): FailureError =>
  new FailureError({
    remedy: 'give-up',
    reason: 'Forbidden',
    message: `The token may not write to ${owner}/${name} on ${host}: give it, and the user it belongs to, the right to push branches and to write pull requests`,
  });

/** A token that says of itself that it may do something else. */
export const scopeMissing = ({ host, owner, name }: ForgeRepository, scopes: string, scope: string): FailureError =>
  new FailureError({
    remedy: 'give-up',
    reason: 'Forbidden',
    message: `The token for ${owner}/${name} on ${host} has the scopes ${scopes}: make one with the scope ${scope}`,
  });

/** A wish of the strategy that cannot be met as it is written. */
export const wishRefused = (message: string): FailureError =>
  new FailureError({ remedy: 'give-up', reason: 'WishRefused', message });
