import { createHash } from 'node:crypto';
import { createAppAuth } from '@octokit/auth-app';
import { FailureError } from '../model/failure.ts';
import { forgetOldest } from '../model/forget-oldest.ts';
import { forgeRepository } from './forge-repository.ts';
import { githubClient } from './github-client.ts';
import type { Fetch } from '../web/web-fetch.ts';

/** A GitHub App as one of its installations. */
export interface GithubApp {
  readonly appId: string;
  readonly installationId: string;
  /** PEM. */
  readonly privateKey: string;
}

/** A token of an installation that stays good for what is about to be done. */
export type GithubAppTokens = (url: string, app: GithubApp, fetch: Fetch) => Promise<string>;

type AppAuth = ReturnType<typeof createAppAuth>;

/** A first clone may take so long; no token is handed out that ends before. Milliseconds. */
const enough = 600_000;

/** Installations whose tokens are kept. */
const most = 100;

const keyOf = (root: string, { appId, installationId, privateKey }: GithubApp): string =>
  createHash('sha256').update([root, appId, installationId, privateKey].join('\n')).digest('hex');

const refused = (error: FailureError, { appId, installationId }: GithubApp): FailureError => {
  const { remedy, reason, message } = error.failure;
  if (remedy !== 'give-up') return error;
  const todo = `check githubAppID (${appId}), githubAppInstallationID (${installationId}) and githubAppPrivateKey in the Secret`;
  return new FailureError({ remedy, reason, message: `${message.replace(/:[^:]*$/, '')}: ${todo}` });
};

/** Hands out the tokens of GitHub Apps' installations, by the API of the forge at `url`: each is used until it is nearly over. */
export const githubAppTokens = ({ now }: { readonly now: () => number }): GithubAppTokens => {
  const known = new Map<string, AppAuth>();
  return async (url, app, fetch) => {
    const repository = forgeRepository(url);
    const { octokit, asking } = githubClient(repository, { token: '', fetch, now });
    const key = keyOf(repository.root, app);
    const auth = known.get(key) ?? createAppAuth({ ...app, request: octokit.request });
    known.delete(key);
    known.set(key, auth);
    forgetOldest(known, most);
    try {
      return await asking(`Asking for a token of GitHub App ${app.appId}`, async () => {
        const { token, expiresAt } = await auth({ type: 'installation' });
        if (Date.parse(expiresAt) - now() > enough) return token;
        return (await auth({ type: 'installation', refresh: true })).token;
      });
    } catch (error) {
      if (error instanceof FailureError) throw refused(error, app);
      throw new FailureError({
        remedy: 'give-up',
        reason: 'InvalidPrivateKey',
        message: `githubAppPrivateKey in the Secret cannot be used: put the App's private key there, as the PEM file that GitHub gave`,
      });
    }
  };
};
