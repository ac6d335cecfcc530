import type { EnvironmentStatus } from '../../model/pipeline-status.ts';
import { environments } from './application.ts';
import type { PullRequestSight } from './forge-client.ts';
import type { ReleaseSight, Sight } from './observe.ts';

/** One line of the story. */
export interface Happening {
  /** Whose it is: a cluster, an environment, the forge, a person. */
  readonly who: string;
  readonly text: string;
  readonly tone: 'plain' | 'good' | 'bad' | 'person';
}

const happening = (who: string, text: string, tone: Happening['tone'] = 'plain'): Happening => ({ who, text, tone });

const ofRelease = (who: string, before: ReleaseSight | undefined, now: ReleaseSight | undefined): Happening[] => {
  if (now === undefined) return before ? [happening(who, 'the release is gone', 'bad')] : [];
  const moved = before?.wanted !== now.wanted;
  const began = before && moved ? [happening(who, `Flux rolls ${now.wanted} out`)] : [];
  if (now.health === 'progressing' || (!moved && before.health === now.health)) return began;
  return [...began, happening(who, now.message, now.health === 'healthy' ? 'good' : 'bad')];
};

const ofPullRequest = (before: PullRequestSight | undefined, now: PullRequestSight): Happening[] => {
  if (before?.state === now.state) return [];
  const title = `pull request #${now.number} ${now.state === 'open' ? 'opened' : now.state}`;
  return now.state === 'open'
    ? [happening('forge', `${title}: ${now.title} · ${now.url}`)]
    : [happening('forge', title, now.state === 'merged' ? 'good' : 'bad')];
};

const ofApproval = (name: string, was: EnvironmentStatus, is: EnvironmentStatus): Happening[] => {
  const revision = is.waitingApproval?.revision;
  if (revision === undefined || revision === was.waitingApproval?.revision) return [];
  return [happening(name, `${revision} waits for approval`, 'person')];
};

const ofPromotion = (name: string, was: EnvironmentStatus, { promotion }: EnvironmentStatus): Happening[] => {
  if (!promotion) return [];
  const { state, revision, from, message = '' } = promotion;
  if (state === was.promotion?.state && revision === was.promotion.revision) return [];
  switch (state) {
    case 'Succeeded':
      return [happening(name, `${revision} promoted from ${from}`, 'good')];
    case 'Failed':
    case 'Closed':
      return [happening(name, `the promotion of ${revision} is ${state} ${message}`, 'bad')];
    case 'Opening':
    case 'Open':
    case 'Notified':
    case 'Merged':
    case 'Superseded':
      return [];
  }
};

const ofEnvironment = (name: string, before: Sight | undefined, now: Sight): Happening[] => {
  const was = before?.pipeline?.status.environments?.[name] ?? {};
  const is = now.pipeline?.status.environments?.[name] ?? {};
  return [...ofApproval(name, was, is), ...ofPromotion(name, was, is)];
};

/** What the Pipeline says of itself as a whole. */
const ofPipeline = (before: Sight | undefined, now: Sight): Happening[] => {
  const [was, is] = [before, now].map((sight) =>
    sight?.pipeline?.status.conditions?.find(({ type }) => type === 'Ready'),
  );
  if (!is || (is.message === was?.message && is.status === was.status)) return [];
  return [happening('pipeline', is.message, is.status === 'False' ? 'bad' : 'plain')];
};

/** What has happened between two sights; at the first one, what is there already. */
export const narrate = (before: Sight | undefined, now: Sight): readonly Happening[] => [
  ...now.pullRequests.flatMap((pull) =>
    ofPullRequest(
      before?.pullRequests.find(({ number }) => number === pull.number),
      pull,
    ),
  ),
  ...Object.entries(now.releases).flatMap(([cluster, release]) =>
    ofRelease(cluster, before?.releases[cluster], release),
  ),
  ...ofPipeline(before, now),
  ...environments.flatMap(({ name }) => ofEnvironment(name, before, now)),
];
