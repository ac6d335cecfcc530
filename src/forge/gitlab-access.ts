import { FailureError } from '../model/failure.ts';
import { baseBranchNotFound, noWriteAccess, scopeMissing } from './forge-refusal.ts';
import type { ForgeRepository } from './forge-repository.ts';
import type { Forge } from './forge.ts';
import type { Rest } from './rest.ts';

interface Access {
  readonly access_level: number;
}

interface GitlabProject {
  readonly archived?: boolean;
  readonly merge_requests_enabled?: boolean;
  readonly permissions?: { readonly project_access: Access | null; readonly group_access: Access | null };
}

const developer = 30; // the lowest role that may push a branch and open a merge request

/** Roles may also be held by other ways than these two: only a role that is said, and too low, is proof. */
const mayNotWrite = ({ permissions }: GitlabProject): boolean => {
  const levels = [permissions?.project_access, permissions?.group_access].flatMap((access) =>
    access ? [access.access_level] : [],
  );
  return levels.length > 0 && Math.max(...levels) < developer;
};

const unfit = (project: GitlabProject, { host, owner, name }: ForgeRepository): FailureError | undefined => {
  const wait = (reason: string, what: string) =>
    new FailureError({ remedy: 'wait', reason, message: `${owner}/${name} on ${host} ${what}` });
  if (project.archived === true) return wait('RepositoryLocked', 'is archived: unarchive it');
  if (project.merge_requests_enabled === false)
    return wait('PullRequestsDisabled', 'takes no merge requests: turn them on in its settings');
  return undefined;
};

interface AccessToken {
  readonly scopes?: readonly string[];
  /** Its rights are listed one by one, and are no scopes. */
  readonly granular?: boolean;
}

/** Tokens of people, projects and groups can be asked what they may; others, and GitLab before 15.5, answer otherwise. */
const lacksScope = async (instance: Rest): Promise<string | undefined> => {
  const expected = [400, 401, 403, 404];
  const { body } = await instance('Reading the token', '/personal_access_tokens/self', { expected });
  const { scopes, granular } = (body ?? {}) as AccessToken;
  if (scopes === undefined || granular === true || scopes.includes('api')) return undefined;
  return scopes.join(', ') || 'none';
};

/** Makes sure, as far as GitLab tells, that the token may write to the project, and that this takes merge requests and has the base branch. */
export const validateGitlab =
  (project: Rest, instance: Rest, repository: () => Promise<ForgeRepository>): Forge['validate'] =>
  async (base) => {
    const found = (await project('Reading the project', '')).body as GitlabProject;
    const here = await repository();
    if (mayNotWrite(found)) throw noWriteAccess(here);
    const obstacle = unfit(found, here);
    if (obstacle) throw obstacle;
    const scopes = await lacksScope(instance);
    if (scopes !== undefined) throw scopeMissing(here, scopes, 'api');
    const { refusal } = await project('Reading the base branch', `/repository/branches/${encodeURIComponent(base)}`, {
      expected: [404],
    });
    if (refusal) throw baseBranchNotFound(base, here);
  };
