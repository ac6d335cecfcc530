import { parseAllDocuments } from 'yaml';
import type { HelmRelease } from '../flux/helm-release.ts';
import type { Forge } from '../forge/start-forge.ts';
import type { BareRepository } from '../git/bare-repository.ts';
import { branchOf, clusters, environments, promoted, versions } from './application.ts';
import { releaseFile } from './config-files.ts';
import type { Sight } from './observe.ts';

const { released } = versions;

/** What the Pipeline's status lacks for the story to have ended: each environment runs the version, and got it by a promotion. */
export const pendingInStatus = ({ pipeline }: Sight): readonly string[] => {
  const status = pipeline?.status.environments;
  const running = environments
    .filter(({ name }) => status?.[name]?.revision !== released)
    .map(({ name }) => `${name} runs ${status?.[name]?.revision ?? 'no one version'} instead of ${released}`);
  const unpromoted = promoted.flatMap(({ name }) => {
    const promotion = status?.[name]?.promotion;
    if (promotion?.revision === released && promotion.state === 'Succeeded') return [];
    const is = promotion ? `of ${promotion.revision} is ${promotion.state}` : 'was not begun';
    return [`the promotion into ${name} ${is}`];
  });
  return [...running, ...unpromoted];
};

const wrongPullRequests = ({ pullRequests }: Sight): readonly string[] => {
  const expected = promoted.map(({ name }) => branchOf(name, released));
  const missing = expected
    .filter((branch) => pullRequests.filter((one) => one.branch === branch && one.state === 'merged').length !== 1)
    .map((branch) => `there is not exactly one merged pull request of ${branch}`);
  const surplus = pullRequests
    .filter(({ branch, state }) => !expected.includes(branch) || state !== 'merged')
    .map(({ number, branch, state }) => `pull request #${number} of ${branch} is ${state}`);
  return [...missing, ...surplus];
};

const versionAtBase = async (repository: BareRepository, cluster: string): Promise<string | undefined> => {
  const documents = parseAllDocuments(await repository.read(repository.branch, releaseFile(cluster)));
  const release = documents.map((document) => document.toJS() as HelmRelease & { kind: string });
  return release.find(({ kind }) => kind === 'HelmRelease')?.spec.chart?.spec.version;
};

/** Why the story has not come to its good end, by the Pipeline's status, the repository and the forge; empty when it has. */
export const verdict = async (
  sight: Sight,
  { repository, forge }: { readonly repository: BareRepository; readonly forge: Pick<Forge, 'mistakes'> },
): Promise<readonly string[]> => {
  const wrongFiles: string[] = [];
  for (const cluster of clusters) {
    const version = await versionAtBase(repository, cluster);
    if (version !== released) wrongFiles.push(`${releaseFile(cluster)} says ${version ?? 'nothing'}`);
  }
  const mistakes = forge.mistakes.map((mistake) => `the forge made a mistake: ${mistake}`);
  return [...pendingInStatus(sight), ...wrongPullRequests(sight), ...wrongFiles, ...mistakes];
};
