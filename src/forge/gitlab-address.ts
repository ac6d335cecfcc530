import { FailureError } from '../model/failure.ts';
import { forgetOldest } from '../model/forget-oldest.ts';
import type { Answer } from '../web/answer.ts';
import type { ForgeRepository } from './forge-repository.ts';
import { wordsOf } from '../web/words-of.ts';
import type { Fetch } from '../web/web-fetch.ts';

const invalid = () =>
  new FailureError({
    remedy: 'give-up',
    reason: 'InvalidRepositoryUrl',
    message:
      "The strategy's url does not name a project: write https://<host>/<group>/<project>, with its subgroups if it has any",
  });

/** The projects that an address may mean: a GitLab at the host itself first, then below the first names of the path, two being left for the project. */
const projectsAt = (url: string): readonly ForgeRepository[] => {
  const { origin, host, pathname } = URL.canParse(url) ? new URL(url) : { origin: '', host: '', pathname: '' };
  const names = pathname
    .replace(/(\.git)?\/*$/, '')
    .split('/')
    .filter((name) => name !== '');
  if (!/^https?:/.test(origin) || names.length < 2) throw invalid();
  const possible = names.slice(0, -1).map((_, root) => ({
    root: [origin, ...names.slice(0, root)].join('/'),
    host,
    owner: names.slice(root, -1).join('/'),
    name: names.at(-1) ?? '',
  }));
  return host === 'gitlab.com' ? possible.slice(0, 1) : possible;
};

/** GitLab marks its answers; where a proxy takes the mark away, it is known by what it says to one who shows no token. */
const isGitlab = async (response: Answer): Promise<boolean> => {
  const words = await wordsOf(response);
  return response.headers.has('x-gitlab-meta') || (response.status === 401 && words === '401 Unauthorized');
};

const nowhere = (candidates: readonly ForgeRepository[]) =>
  new FailureError({
    remedy: 'give-up',
    reason: 'NotAForge',
    message: `No GitLab answers at ${candidates.map(({ root }) => root).join(', ')}: check the strategy's type and url`,
  });

const search = async (candidates: readonly ForgeRepository[], fetch: Fetch): Promise<ForgeRepository> => {
  let failure: FailureError | undefined;
  for (const candidate of candidates)
    try {
      // Without the token: what stands at the others is not GitLab.
      const response = await fetch(`${candidate.root}/api/v4/version`, { headers: { accept: 'application/json' } });
      if (await isGitlab(response)) return candidate;
    } catch (error) {
      if (!(error instanceof FailureError)) throw error;
      if (error.failure.remedy === 'retry') failure ??= error;
    }
  throw failure ?? nowhere(candidates);
};

/** Where each address turned out to be; an address means the same for everybody, whatever the token. The last that was used is forgotten last. */
const known = new Map<string, ForgeRepository>();
const most = 1000;

const remember = (url: string, found: ForgeRepository): void => {
  known.delete(url);
  known.set(url, found);
  forgetOldest(known, most);
};

/**
 * The project that an address names. A group and the path of a self-managed GitLab look the same in it: where both are possible, all
 * are asked, without the token, and the answer is remembered.
 */
export const gitlabProject = async (url: string, fetch: Fetch): Promise<ForgeRepository> => {
  const candidates = projectsAt(url);
  const [only] = candidates;
  if (candidates.length === 1 && only) return only;
  const found = known.get(url) ?? (await search(candidates, fetch));
  remember(url, found);
  return found;
};
