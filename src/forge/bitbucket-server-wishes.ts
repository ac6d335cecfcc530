import { FailureError } from '../model/failure.ts';
import { wishRefused } from './forge-refusal.ts';
import type { Forge } from './forge.ts';
import { writeTo, type BitbucketPullRequest } from './bitbucket-server-pull-request.ts';
import type { Rest } from './rest.ts';

/** What a pull request stays as when something else of it is written: what is left out would be taken away. */
export const unchanged = ({ version, title, description = '', reviewers = [] }: BitbucketPullRequest) => ({
  version,
  title,
  description,
  reviewers: reviewers.map(({ user }) => ({ user: { name: user.name } })),
});

const createRequestReviews =
  (rest: Rest): NonNullable<Forge['requestReviews']> =>
  async (number, names) => {
    const doing = `Asking for a review of pull request ${number}`;
    const group = names.find((name) => name.includes('/'));
    if (group !== undefined)
      throw wishRefused(`${doing}: Bitbucket asks users for a review, and ${group} is a group: name its members`);
    try {
      await writeTo(rest, doing, number, (pull) => {
        const there = (pull.reviewers ?? []).map(({ user }) => user.name);
        if (names.every((name) => there.includes(name))) return undefined;
        const reviewers = [...new Set([...there, ...names])].map((name) => ({ user: { name } }));
        return { method: 'PUT', body: { ...unchanged(pull), reviewers } };
      });
    } catch (error) {
      // Asked for twice at the same version: it is a reviewer that Bitbucket does not take.
      if (error instanceof FailureError && error.failure.reason === 'Conflict')
        throw wishRefused(`${error.message}: correct reviewers: each must be a user who can see the repository`);
      throw error;
    }
  };

const strategies = { merge: 'no-ff', squash: 'squash', rebase: 'rebase-ff-only' } as const;

const movedOn = (doing: string) =>
  new FailureError({ remedy: 'retry', reason: 'Conflict', message: `${doing}: its branch has moved on since` });

/** Bitbucket 8.15 and later wait for what is missing; earlier ones merge what can be merged now. */
const createAutoMerge =
  (rest: Rest): NonNullable<Forge['autoMerge']> =>
  async ({ number, head }, method) => {
    const doing = `Scheduling the merge of pull request ${number}`;
    const { body: requested } = await rest(doing, `/pull-requests/${number}/auto-merge`, { expected: [404] });
    if (requested !== undefined) return;
    const merge = ({ state, version, fromRef }: BitbucketPullRequest) => {
      if (state !== 'OPEN') return undefined;
      if (fromRef.latestCommit !== head) throw movedOn(doing);
      const body = { autoMerge: true, strategyId: strategies[method], version };
      return { method: 'POST', path: `/merge?version=${version}`, body } as const;
    };
    const answer = await writeTo(rest, doing, number, merge, [403]);
    if (answer?.refusal)
      throw wishRefused(
        `${answer.refusal.message}; allow auto-merge in the repository's settings, or remove autoMerge`,
      );
  };

/** What a strategy can ask for beyond the pull request itself, on Bitbucket Server; it has no labels. */
export const bitbucketWishes = (rest: Rest): Required<Pick<Forge, 'requestReviews' | 'autoMerge'>> => ({
  requestReviews: createRequestReviews(rest),
  autoMerge: createAutoMerge(rest),
});
