import { FailureError, type Failure } from '../model/failure.ts';
import type { Answer } from '../web/answer.ts';
import type { Remote } from './remote.ts';

/** The part of the web's `fetch` that git needs. It follows no redirect, and throws FailureErrors where the server cannot be asked at all. */
export type Fetch = (
  url: string,
  init: { readonly method: string; readonly headers: Record<string, string>; readonly body?: Uint8Array },
) => Promise<Answer>;

export interface GitCredentials {
  /** Absent where the password is a token that goes without a user. */
  readonly username: string | undefined;
  readonly password: string;
}

/** How a repository of a git host is reached, and how to be let in. */
export interface RemoteAccess {
  readonly url: string;
  readonly credentials: GitCredentials;
  readonly fetch: Fetch;
}

const giveUp = (reason: string, message: string): Failure => ({ remedy: 'give-up', reason, message });

const refusal = (url: string, status: number, words: string): Failure => {
  const said = `${url} answers ${status}${words === '' ? '' : ` (${words})`}`;
  if (status === 401) return giveUp('Unauthorized', `${said}: put a valid username and password into the Secret`);
  if (status === 403)
    return giveUp('Forbidden', `${said}: let the user of the Secret read the repository and push to it`);
  if (status === 404)
    return giveUp(
      'RepositoryNotFound',
      `${said}: no such repository, or the user of the Secret must not see it; check the strategy's url`,
    );
  return giveUp('RepositoryRefused', said);
};

const wordsOf = async (response: Answer): Promise<string> => {
  const text = (await response.text()).trim();
  return /^<|[^\P{C}\s]/u.test(text) ? '' : text.replace(/\s+/g, ' ').slice(0, 300);
};

const checked = async (url: string, response: Answer): Promise<Answer> => {
  if (response.status !== 200) throw new FailureError(refusal(url, response.status, await wordsOf(response)));
  if (!response.headers.get('content-type')?.startsWith('application/x-git-')) {
    await wordsOf(response);
    throw new FailureError(
      giveUp('RepositoryNotFound', `${url} answers, but not as a git repository: check the strategy's url`),
    );
  }
  return response;
};

async function* chunksOf({ body }: Answer): AsyncGenerator<Uint8Array, void, void> {
  if (body) yield* body;
}

/** The repository, asked with its credentials; resolves with git's own answers, and turns every other into a FailureError. */
export const httpRemote = ({ url, credentials: { username, password }, fetch }: RemoteAccess): Remote => {
  const authorization =
    username === undefined
      ? `Bearer ${password}`
      : `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  return {
    url,
    ask: async ({ path, post }) => {
      const method = post ? 'POST' : 'GET';
      const init = { method, headers: { ...post?.headers, authorization }, ...(post && { body: post.body }) };
      return chunksOf(await checked(url, await fetch(url + path, init)));
    },
  };
};
