import type { createForge } from '../forge/create-forge.ts';
import type { Forge } from '../forge/forge.ts';
import { apiLimits, gitLimits, webFetch, type Fetch } from '../forge/web-fetch.ts';
import type { GitCredentials } from '../git/git-http.ts';
import type { Repositories } from '../git/repositories.ts';
import type { Promotion } from '../model/action.ts';
import type { Clock } from '../model/clock.ts';
import { FailureError, failureOf } from '../model/failure.ts';
import { splitKey } from '../model/object-key.ts';

export interface PullRequestDeps {
  /** The decoded data of a Secret; undefined when there is none. */
  readonly readSecret: (namespace: string, name: string) => Promise<Readonly<Record<string, string>> | undefined>;
  readonly createForge: typeof createForge;
  readonly repositories: Repositories;
  readonly clock: Pick<Clock, 'now'>;
}

/** A promotion's forge, and what git needs to reach its repository. */
export interface ForgeAccess {
  readonly forge: Forge;
  readonly git: { readonly credentials: GitCredentials; readonly fetch: Fetch };
}

const waitFor = (reason: string, message: string) => new FailureError({ remedy: 'wait', reason, message });

const readSecret = async ({ readSecret: read }: PullRequestDeps, { pipeline, strategy }: Promotion) => {
  const { namespace } = splitKey(pipeline);
  const { name } = strategy.secretRef;
  const data = await read(namespace, name);
  if (!data)
    throw waitFor(
      'SecretNotFound',
      `Secret ${namespace}/${name} does not exist: create it with the keys username, password and token`,
    );
  const token = (data['token'] ?? data['password'])?.trim();
  const password = data['password']?.trim() ?? token;
  if (token === undefined || password === undefined)
    throw waitFor('SecretIncomplete', `Secret ${namespace}/${name} holds neither token nor password: add both`);
  // The user name that every GitHub token goes with, and that the others ignore beside a token.
  return { token, password, username: data['username'] ?? 'x-access-token', ca: data['caFile'] };
};

/** The same failure with every secret in its message struck out, should a server have repeated it. */
const strikeOut = (error: unknown, doing: string, secrets: readonly string[]): FailureError => {
  const failure = failureOf(error, doing);
  const message = secrets
    .filter((secret) => secret !== '')
    .reduce((text, secret) => text.replaceAll(secret, '***'), failure.message);
  return new FailureError({ ...failure, message });
};

/** Runs `use` with the forge of a promotion, by the credentials of its Secret as they are now; they are in no failure that it throws. */
export const withForge = async <T>(
  deps: PullRequestDeps,
  promotion: Promotion,
  use: (access: ForgeAccess) => Promise<T>,
): Promise<T> => {
  const { token, username, password, ca } = await readSecret(deps, promotion);
  const { now } = deps.clock;
  try {
    const forge = deps.createForge(promotion.strategy, {
      token,
      now,
      fetch: webFetch({ ca, now, limits: apiLimits }),
    });
    const fetch = webFetch({ ca, now, limits: gitLimits });
    return await use({ forge, git: { credentials: { username, password }, fetch } });
  } catch (error) {
    throw strikeOut(error, `Promoting ${promotion.revision} into ${promotion.environment}`, [token, password]);
  }
};
