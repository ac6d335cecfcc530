/** A pull request as the forge's API tells it. */
export interface PullRequestSight {
  readonly number: number;
  readonly title: string;
  readonly branch: string;
  readonly url: string;
  readonly state: 'open' | 'merged' | 'closed';
}

interface Answered {
  readonly number: number;
  readonly title: string;
  readonly html_url: string;
  readonly state: string;
  readonly merged_at: string | null;
  readonly head: { readonly ref: string };
}

const sightOf = ({ number, title, html_url: url, state, merged_at: mergedAt, head }: Answered): PullRequestSight => ({
  number,
  title,
  branch: head.ref,
  url,
  state: mergedAt !== null ? 'merged' : state === 'open' ? 'open' : 'closed',
});

/** Where the API of the forge with a repository's address is. */
export const apiOf = (repositoryUrl: string): string => {
  const { origin, pathname } = new URL(repositoryUrl);
  return `${origin}/api/v3/repos${pathname}`;
};

/** What a reviewer needs of a forge. */
export const createForgeClient = (repositoryUrl: string, token: string) => {
  const api = apiOf(repositoryUrl);
  const ask = async (path: string, method = 'GET'): Promise<unknown> => {
    const answer = await fetch(`${api}${path}`, { method, headers: { authorization: `Bearer ${token}` } });
    if (!answer.ok) throw new Error(`${method} ${api}${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  return {
    pullRequests: async (): Promise<readonly PullRequestSight[]> => {
      const pulls = (await ask('/pulls?state=all&direction=asc&per_page=100')) as readonly Answered[];
      return pulls.map(sightOf);
    },
    merge: async (number: number): Promise<void> => {
      await ask(`/pulls/${number}/merge`, 'PUT');
    },
  };
};
export type ForgeClient = ReturnType<typeof createForgeClient>;
