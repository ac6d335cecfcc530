import { FailureError } from '../model/failure.ts';
import type { ForgeRepository } from './forge-repository.ts';

const invalid = (message: string) =>
  new FailureError({ remedy: 'give-up', reason: 'InvalidRepositoryUrl', message: `The strategy's url ${message}` });

/** The address for cloning that belongs to the address of a page for people, `…/projects/<KEY>/repos/<repository>`. */
const cloneUrlOf = (origin: string, names: readonly string[]): string | undefined => {
  const at = names.findIndex((name, index) => /^(projects|users)$/.test(name) && names[index + 2] === 'repos');
  const [kind, owner, , name] = at < 0 ? [] : names.slice(at);
  if (owner === undefined || name === undefined) return undefined;
  return [origin, ...names.slice(0, at), 'scm', kind === 'users' ? `~${owner}` : owner, `${name}.git`].join('/');
};

/** Reads the address that Bitbucket Server gives for cloning by HTTP: `https://<host>/scm/<KEY>/<repository>.git`, also below a path; a personal repository's key is `~<user>`. */
export const bitbucketRepository = (url: string): ForgeRepository => {
  const { origin, host, pathname } = URL.canParse(url) ? new URL(url) : { origin: '', host: '', pathname: '' };
  const names = pathname
    .replaceAll(/%7e/gi, '~')
    .split('/')
    .filter((name) => name !== '');
  const [scm, owner, name] = names.slice(-3);
  if (!/^https?:/.test(origin) || scm !== 'scm' || owner === undefined || name === undefined) {
    const meant = cloneUrlOf(origin, names);
    if (meant !== undefined) throw invalid(`is that of a page: write ${meant}`);
    throw invalid('does not name a repository: write https://<host>/scm/<KEY>/<repository>.git');
  }
  return { root: [origin, ...names.slice(0, -3)].join('/'), host, owner, name: name.replace(/\.git$/, '') };
};
