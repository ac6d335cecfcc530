import { wishRefused } from './forge-refusal.ts';
import type { Forge } from './forge.ts';
import { pagesOf } from './gitea-pull-request.ts';
import type { Rest } from './rest.ts';
import { reviewersOf } from './reviewers.ts';

const post = { method: 'POST' } as const;

type Label = { readonly id: number; readonly name: string };

const labelsBelow = async (rest: Rest, doing: string, path: string): Promise<readonly Label[]> => {
  const labels: Label[] = [];
  for await (const page of pagesOf<Label>(rest, doing, path, [404])) labels.push(...page);
  return labels;
};

/** A user is no organisation and has no labels beside the repository's. */
const createAddLabels =
  (rest: Rest, organisation: Rest): NonNullable<Forge['addLabels']> =>
  async (number, labels) => {
    const doing = `Labelling pull request ${number}`;
    const known = [
      ...(await labelsBelow(rest, doing, '/labels?')),
      ...(await labelsBelow(organisation, doing, '/labels?')),
    ];
    const unknown = labels.filter((label) => !known.some(({ name }) => name === label));
    if (unknown.length > 0)
      throw wishRefused(`${doing}: the repository has no label ${unknown.join(', ')}: create it, or correct labels`);
    const ids = known.filter(({ name }) => labels.includes(name)).map(({ id }) => id);
    await rest(doing, `/issues/${number}/labels`, { ...post, body: { labels: ids } });
  };

/** What a strategy can ask for beyond the pull request itself, on Gitea and Forgejo; labels must be known there. */
export const giteaWishes = (
  rest: Rest,
  organisation: Rest,
): Required<Pick<Forge, 'addLabels' | 'requestReviews' | 'autoMerge'>> => ({
  addLabels: createAddLabels(rest, organisation),
  requestReviews: async (number, reviewers) => {
    const doing = `Asking for a review of pull request ${number}`;
    await rest(doing, `/pulls/${number}/requested_reviewers`, { ...post, body: reviewersOf(reviewers) });
  },
  autoMerge: async ({ number, head }, method) => {
    const body = { Do: method, merge_when_checks_succeed: true, head_commit_id: head };
    // 409: it is scheduled already.
    const request = { ...post, body, expected: [409] };
    await rest(`Scheduling the merge of pull request ${number}`, `/pulls/${number}/merge`, request);
  },
});
