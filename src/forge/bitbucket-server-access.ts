import { FailureError } from '../model/failure.ts';
import { branchesWith, pagesOf } from './bitbucket-server-pull-request.ts';
import { baseBranchNotFound, noWriteAccess } from './forge-refusal.ts';
import type { ForgeRepository } from './forge-repository.ts';
import type { Forge } from './forge.ts';
import type { Rest } from './rest.ts';

/** A repository in Bitbucket's API, and what it is asked by. */
export interface Bitbucket {
  readonly repository: ForgeRepository;
  /** Below the repository. */
  readonly rest: Rest;
  /** Below the API's root. */
  readonly instance: Rest;
}

/** Whether the token may write: asked of the list of those that it may write to, since a repository says nothing of it. */
const mayWrite = async ({ repository: { owner, name }, instance }: Bitbucket, called: string): Promise<boolean> => {
  const query = new URLSearchParams({ permission: 'REPO_WRITE', name: called, projectkey: owner });
  const pages = pagesOf<{ readonly slug: string; readonly project: { readonly key: string } }>(
    instance,
    "Reading the token's repositories",
    `/repos?${query.toString()}`,
  );
  for await (const page of pages)
    if (page.some(({ slug, project }) => slug === name && project.key.toLowerCase() === owner.toLowerCase()))
      return true;
  return false;
};

/** Makes sure, as far as Bitbucket tells, that the token may write to the repository, and that this has the base branch. */
export const validateBitbucket =
  (bitbucket: Bitbucket): Forge['validate'] =>
  async (base) => {
    const { repository, rest } = bitbucket;
    const { body } = await rest('Reading the repository', '');
    const { name: called, archived } = body as { readonly name: string; readonly archived?: boolean };
    if (archived === true)
      throw new FailureError({
        remedy: 'wait',
        reason: 'RepositoryLocked',
        message: `${repository.owner}/${repository.name} on ${repository.host} is archived: unarchive it`,
      });
    if (!(await mayWrite(bitbucket, called))) throw noWriteAccess(repository);
    if (!(await branchesWith(rest, 'Reading the base branch', base)).has(base))
      throw baseBranchNotFound(base, repository);
  };
