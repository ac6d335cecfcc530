import { annotationOf } from '../../decision/requests.ts';
import { environments, promoted, versions } from './application.ts';
import type { PullRequestSight } from './forge-client.ts';
import type { Sight } from './observe.ts';

/** What people do in the story. */
export type Act =
  | { readonly type: 'release' }
  | { readonly type: 'merge'; readonly pullRequest: PullRequestSight }
  | { readonly type: 'approve'; readonly environment: string; readonly revision: string };

const environmentIn = ({ pipeline }: Sight, name: string) => pipeline?.status.environments?.[name];

const releases = (sight: Sight): readonly Act[] =>
  Object.values(sight.releases).every((release) => release?.wanted === versions.before) &&
  environments.every(({ name }) => environmentIn(sight, name)?.revision === versions.before)
    ? [{ type: 'release' }]
    : [];

/** A reviewer goes by what the Pipeline says is open, and the forge says so too. */
const merges = (sight: Sight, environment: string): readonly Act[] => {
  const promotion = environmentIn(sight, environment)?.promotion;
  const pullRequest = sight.pullRequests.find(({ number }) => number === promotion?.pullRequest?.number);
  return promotion?.state === 'Open' && pullRequest?.state === 'open' ? [{ type: 'merge', pullRequest }] : [];
};

const approvals = (sight: Sight, environment: string): readonly Act[] => {
  const revision = environmentIn(sight, environment)?.waitingApproval?.revision;
  const approved = sight.pipeline?.metadata.annotations[annotationOf('approve', environment)];
  return revision === undefined || approved === revision ? [] : [{ type: 'approve', environment, revision }];
};

/** Whose turn it is, as far as people are concerned; nobody's while the controller or Flux is at work. */
export const nextAct = (sight: Sight): Act | undefined =>
  [...releases(sight), ...promoted.flatMap(({ name }) => [...merges(sight, name), ...approvals(sight, name)])][0];
