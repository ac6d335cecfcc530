import { Octokit } from '@octokit/rest';
import { FailureError } from '../model/failure.ts';
import { answerHeaders } from '../web/answer.ts';
import { forgeRefusal } from './forge-refusal.ts';
import type { ForgeRepository } from './forge-repository.ts';
import type { ForgeAccess } from './forge.ts';
import { notAnApi } from './rest.ts';
import type { Fetch } from '../web/web-fetch.ts';
import { wordsIn } from '../web/words-of.ts';

/** Where the API of GitHub is, or of a GitHub Enterprise Server (any other host than github.com). */
const githubApi = ({ root, host }: Pick<ForgeRepository, 'root' | 'host'>): string =>
  host === 'github.com' ? 'https://api.github.com' : `${root}/api/v3`;

/** What Octokit throws for an answer of 300 and more; `response` is missing when there was no answer. */
interface OctokitError {
  readonly status?: number;
  readonly response?: { readonly data: unknown; readonly headers: Record<string, string | number | undefined> };
  readonly cause?: unknown;
}

/** The status of the answer that Octokit threw; undefined for any other error. */
export const statusIn = (error: unknown): number | undefined =>
  typeof error === 'object' && error !== null && (error as OctokitError).response
    ? (error as OctokitError).status
    : undefined;

const failureFrom = (error: unknown, doing: string, repository: ForgeRepository, now: number): unknown => {
  const { response, status = 0, cause } = error as OctokitError;
  if (cause instanceof FailureError) return cause;
  if (!response || error instanceof FailureError) return error;
  const fields = Object.entries(response.headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as const],
  );
  const headers = answerHeaders(fields);
  return forgeRefusal(doing, repository, { status, headers, words: wordsIn(response.data) }, now);
};

/** Octokit takes what is no JSON for text; a page for people is no answer of GitHub's. */
const jsonOnly =
  (fetch: Fetch, repository: ForgeRepository): Fetch =>
  async (url, init) => {
    const response = await fetch(url, init);
    const type = response.headers.get('content-type') ?? '';
    if (response.status >= 300 || response.body === null || type.includes('json')) return response;
    await response.body.cancel();
    throw notAnApi(`${init?.method ?? 'GET'} ${new URL(url).pathname}`, repository);
  };

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** Octokit for one repository, and `asking`, which turns what it throws into a FailureError that begins with `doing`. */
export interface GithubClient {
  readonly octokit: Octokit;
  readonly repository: ForgeRepository;
  readonly repo: { readonly owner: string; readonly repo: string };
  readonly asking: <T>(doing: string, ask: () => Promise<T>) => Promise<T>;
}

export const githubClient = (repository: ForgeRepository, { token, fetch, now }: ForgeAccess): GithubClient => ({
  octokit: new Octokit({
    auth: token,
    baseUrl: githubApi(repository),
    userAgent: 'leafwatch',
    log: silent,
    request: { fetch: jsonOnly(fetch, repository) },
  }),
  repository,
  repo: { owner: repository.owner, repo: repository.name },
  asking: async (doing, ask) => {
    try {
      return await ask();
    } catch (error) {
      throw failureFrom(error, doing, repository, now());
    }
  },
});

/** The most that GitHub gives at a time. */
export const pageSize = 100;

/** Everything that a list holds. Octokit's own way takes 409 for an empty list: then what a person closed would be opened again. */
export const allPages = async <T>(ask: (page: number) => Promise<{ readonly data: readonly T[] }>): Promise<T[]> => {
  const all: T[] = [];
  for (let page = 1; ; page += 1) {
    const { data } = await ask(page);
    all.push(...data);
    if (data.length < pageSize) return all;
  }
};
