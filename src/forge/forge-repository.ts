import { FailureError } from '../model/failure.ts';

/** A repository as its forge's API names it. `root` is where the forge lives: `https://host`, or a path below it. */
export interface ForgeRepository {
  readonly root: string;
  readonly host: string;
  readonly owner: string;
  readonly name: string;
}

/** Reads the repository's URL: the last two names of its path are owner and repository, what stands before is the forge's. */
export const forgeRepository = (url: string): ForgeRepository => {
  const { origin, host, pathname } = URL.canParse(url) ? new URL(url) : { origin: '', host: '', pathname: '' };
  const names = pathname.split('/').filter((name) => name !== '');
  const [owner, name] = names.slice(-2);
  if (!/^https?:/.test(origin) || owner === undefined || name === undefined)
    throw new FailureError({
      remedy: 'give-up',
      reason: 'InvalidRepositoryUrl',
      message: "The strategy's url does not name a repository: write https://<host>/<owner>/<repository>",
    });
  return { root: [origin, ...names.slice(0, -2)].join('/'), host, owner, name: name.replace(/\.git$/, '') };
};
