import type { createForge } from '../forge/create-forge.ts';
import type { Forge } from '../forge/forge.ts';
import { forgeRepository } from '../forge/forge-repository.ts';
import type { GithubAppTokens } from '../forge/github-app.ts';
import { apiLimits, gitLimits, repositoryFetch } from '../forge/repository-fetch.ts';
import type { Fetch } from '../web/web-fetch.ts';
import type { GitCredentials } from '../git/git-http.ts';
import type { Repositories } from '../git/repositories.ts';
import { repositoryUrl } from '../git/repository-url.ts';
import type { Outcome, Promotion } from '../model/action.ts';
import type { Clock } from '../model/clock.ts';
import { FailureError, failureOf } from '../model/failure.ts';
import { splitKey } from '../model/object-key.ts';
import type { PullRequestStrategy } from '../model/pipeline-spec.ts';
import type { HostSlots } from './host-slots.ts';
import type { PullRequestBoard } from './pull-request-board.ts';
import { refuseInsecure } from './refuse-insecure.ts';
import type { Agents } from '../web/agents.ts';
import { secretAccess, type SecretAccess } from './secret-access.ts';

export interface PullRequestDeps {
  /** The decoded data of a Secret; undefined when there is none. */
  readonly readSecret: (namespace: string, name: string) => Promise<Readonly<Record<string, string>> | undefined>;
  readonly createForge: typeof createForge;
  readonly appTokens: GithubAppTokens;
  readonly repositories: Repositories;
  readonly board: PullRequestBoard;
  readonly slots: HostSlots;
  /** By which forges and repositories are reached. */
  readonly agents: Agents;
  readonly clock: Pick<Clock, 'now'>;
  /** Whether credentials may be sent to http: addresses. */
  readonly insecureHttp: boolean;
}

/** A promotion's forge, and what git needs to reach its repository. */
export interface ForgeAccess {
  readonly forge: Forge;
  readonly git: { readonly credentials: GitCredentials; readonly fetch: Fetch };
}

const readSecret = async ({ readSecret: read }: PullRequestDeps, { pipeline, strategy }: Promotion) => {
  const { namespace } = splitKey(pipeline);
  const { name } = strategy.secretRef;
  const data = await read(namespace, name);
  if (data) return { data, access: secretAccess(`${namespace}/${name}`, data) };
  throw new FailureError({
    remedy: 'wait',
    reason: 'SecretNotFound',
    message: `Secret ${namespace}/${name} does not exist: create it with the keys username, password and token`,
  });
};

/** A text of a server with every secret struck out, should it have repeated it. */
const strikeOut = (text: string, secrets: readonly string[]): string =>
  secrets.filter((secret) => secret !== '').reduce((left, secret) => left.replaceAll(secret, '***'), text);

/** The same without a secret in what went wrong on the way. */
const withTroubleStruck = <T extends { readonly trouble?: string | undefined }>(
  told: T,
  secrets: readonly string[],
): T => (told.trouble === undefined ? told : { ...told, trouble: strikeOut(told.trouble, secrets) });

/** The same outcome without a secret in any trouble that it tells: by what it holds, whatever it is called. */
const struck = (outcome: Outcome, secrets: readonly string[]): Outcome => {
  const told = 'trouble' in outcome ? withTroubleStruck(outcome, secrets) : outcome;
  return 'pullRequest' in told && told.pullRequest
    ? { ...told, pullRequest: withTroubleStruck(told.pullRequest, secrets) }
    : told;
};

/** Tokens of a project or a repository on Bitbucket Server belong to no user; every GitHub token goes with this one, and the others ignore it. */
const gitCredentials = (
  { type }: PullRequestStrategy,
  { username, password }: SecretAccess,
  token: string,
): GitCredentials => ({
  username: username ?? (type === 'bitbucket-server' ? undefined : 'x-access-token'),
  password: password ?? token,
});

/**
 * Runs `use` with the forge of a promotion, by the credentials of its Secret as they are now, which are in no failure that it throws and no trouble that it tells;
 * resolves with `turn-pending` instead where it is not its turn there.
 */
export const withForge = async (
  deps: PullRequestDeps,
  promotion: Promotion,
  use: (access: ForgeAccess) => Promise<Outcome>,
): Promise<Outcome> => {
  const { strategy } = promotion;
  // Before a Secret is missed that belongs to another way in.
  refuseInsecure(repositoryUrl(strategy.url), deps.insecureHttp);
  const { data, access } = await readSecret(deps, promotion);
  const { ca } = access;
  const { agents } = deps;
  const { now } = deps.clock;
  const secrets = ['token', 'password', 'githubAppPrivateKey'].flatMap((key) => data[key]?.trim() ?? []);
  const work = async () => {
    const fetch = repositoryFetch({ ca, now, agents, limits: apiLimits });
    const token =
      typeof access.token === 'string' ? access.token : await deps.appTokens(strategy.url, access.token, fetch);
    secrets.push(token);
    const forge = deps.createForge(strategy, { token, now, fetch });
    return use({
      forge,
      git: {
        credentials: gitCredentials(strategy, access, token),
        fetch: repositoryFetch({ ca, now, agents, limits: gitLimits }),
      },
    });
  };
  try {
    return struck(await deps.slots(forgeRepository(strategy.url).host, promotion, work), secrets);
  } catch (error) {
    const failure = failureOf(error, `Promoting ${promotion.revision} into ${promotion.environment}`);
    throw new FailureError({ ...failure, message: strikeOut(failure.message, secrets) });
  }
};
