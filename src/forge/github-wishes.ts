import type { MergeMethod } from '../model/pipeline-spec.ts';
import { wishRefused } from './forge-refusal.ts';
import type { Forge, SeenPullRequest } from './forge.ts';
import { statusIn, type GithubClient } from './github-client.ts';
import { reviewersOf } from './reviewers.ts';

const enableAutoMerge = `mutation ($pull: ID!, $way: PullRequestMergeMethod!, $head: GitObjectID) {
  enablePullRequestAutoMerge(input: { pullRequestId: $pull, mergeMethod: $way, expectedHeadOid: $head }) { clientMutationId }
}`;

const graphqlMethod = { merge: 'MERGE', squash: 'SQUASH', rebase: 'REBASE' } as const;

/** What GitHub's GraphQL API refuses, in its words; it answers refusals with 200. */
const graphqlWords = (error: unknown): string | undefined => {
  if (!(error instanceof Error) || error.name !== 'GraphqlResponseError') return undefined;
  const { errors = [] } = error as { readonly errors?: readonly { readonly message: string }[] };
  return errors.map(({ message }) => message).join(' ');
};

/** GitHub refuses to wait for a pull request that has all it needs: then it is merged at once. */
const createAutoMerge =
  ({ octokit: { rest, graphql }, repo, asking }: GithubClient): NonNullable<Forge['autoMerge']> =>
  ({ number, head }: SeenPullRequest, method: MergeMethod) =>
    asking(`Scheduling the merge of pull request ${number}`, async () => {
      const pull = { ...repo, pull_number: number };
      const { data } = await rest.pulls.get(pull);
      if (data.auto_merge !== null || data.merged) return;
      try {
        await graphql(enableAutoMerge, { pull: data.node_id, way: graphqlMethod[method], head });
      } catch (error) {
        const words = graphqlWords(error);
        if (words === undefined) throw error;
        if (!/clean status/i.test(words))
          throw wishRefused(
            `Pull request ${number} cannot be merged by GitHub itself: ${words}: allow auto-merge and this way of merging in the repository's settings, or remove autoMerge`,
          );
        await rest.pulls.merge({ ...pull, merge_method: method, sha: head });
      }
    });

/** What a strategy can ask for beyond the pull request itself, on GitHub. */
export const githubWishes = (
  client: GithubClient,
): Required<Pick<Forge, 'addLabels' | 'requestReviews' | 'autoMerge'>> => {
  const { octokit, repo, asking } = client;
  const { rest } = octokit;
  return {
    addLabels: (number, labels) =>
      asking(`Labelling pull request ${number}`, async () => {
        await rest.issues.addLabels({ ...repo, issue_number: number, labels: [...labels] });
      }),
    requestReviews: (number, names) =>
      asking(`Asking for a review of pull request ${number}`, async () => {
        const { reviewers, team_reviewers } = reviewersOf(names);
        const query = { ...repo, pull_number: number, reviewers: [...reviewers], team_reviewers: [...team_reviewers] };
        try {
          await rest.pulls.requestReviewers(query);
        } catch (error) {
          if (statusIn(error) !== 422) throw error;
          throw wishRefused(
            `GitHub asks nobody to review pull request ${number}: all of ${names.join(', ')} must be able to see the repository, and none its author`,
          );
        }
      }),
    autoMerge: createAutoMerge(client),
  };
};
