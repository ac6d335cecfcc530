import type { Forge } from './forge.ts';
import { pageSize, type GithubClient } from './github-client.ts';

/** Of lists, the REST API tells of no pull request whether it can be merged. */
const openOnes = `query ($owner: String!, $repo: String!, $size: Int!, $after: String) {
  repository(owner: $owner, name: $repo) {
    pullRequests(states: [OPEN], first: $size, after: $after) { nodes { number mergeable } pageInfo { hasNextPage endCursor } }
  }
}`;

interface Page {
  readonly nodes: readonly {
    readonly number: number;
    readonly mergeable: 'CONFLICTING' | 'MERGEABLE' | 'UNKNOWN';
  }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

const pageOf = async ({ octokit, repo }: GithubClient, after: string | null): Promise<Page> => {
  const answer = await octokit.graphql<{ readonly repository: { readonly pullRequests: Page } }>(openOnes, {
    ...repo,
    size: pageSize,
    after,
  });
  return answer.repository.pullRequests;
};

/** Which pull requests GitHub knows to conflict with their base. */
export const githubConflicts =
  (client: GithubClient): Forge['conflicting'] =>
  (numbers) =>
    client.asking('Looking for pull requests with conflicts', async () => {
      const found: number[] = [];
      let after: string | null = null;
      do {
        const { nodes, pageInfo }: Page = await pageOf(client, after);
        found.push(...nodes.flatMap(({ number, mergeable }) => (mergeable === 'CONFLICTING' ? number : [])));
        after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
      } while (after !== null);
      return found.filter((number) => numbers.includes(number));
    });
