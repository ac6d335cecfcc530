import type { GithubApp } from '../forge/github-app.ts';
import { FailureError } from '../model/failure.ts';

/** What a strategy's Secret lets us in by. */
export interface SecretAccess {
  /** For the API; a GitHub App has its tokens made. */
  readonly token: string | GithubApp;
  /** For git; absent where it is the API's token. */
  readonly password: string | undefined;
  /** For git; absent where the Secret names none. */
  readonly username: string | undefined;
  /** PEM. */
  readonly ca: string | undefined;
}

const appKeys = ['githubAppID', 'githubAppInstallationID', 'githubAppPrivateKey'] as const;

const incomplete = (name: string, message: string) =>
  new FailureError({ remedy: 'wait', reason: 'SecretIncomplete', message: `Secret ${name} ${message}` });

const appIn = (name: string, data: Readonly<Record<string, string>>): GithubApp | undefined => {
  const [appId, installationId, privateKey] = appKeys.map((key) => data[key]?.trim());
  if (appId && installationId && privateKey) return { appId, installationId, privateKey };
  const missing = appKeys.filter((key) => !data[key]?.trim());
  if (missing.length === appKeys.length) return undefined;
  throw incomplete(name, `is for a GitHub App, but holds no ${missing.join(' and no ')}: add it`);
};

/**
 * Reads the Secret `name` (`<namespace>/<name>`), whose data is decoded; a GitHub App is used where there is no token. A line break at the end,
 * as files have it that Secrets are made from, belongs to none of its values.
 */
export const secretAccess = (name: string, data: Readonly<Record<string, string>>): SecretAccess => {
  const password = data['password']?.trim();
  const token = (data['token'] ?? data['password'])?.trim() ?? appIn(name, data);
  if (token === undefined) throw incomplete(name, 'holds neither token nor password: add both');
  return { token, password, username: data['username']?.trim(), ca: data['caFile'] };
};
