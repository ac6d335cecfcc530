import type { ProposedChange } from '../git/change.ts';
import { markerComment, type Marker } from '../git/marker.ts';
import { untouchedInWords } from '../git/untouched.ts';
import type { RepositoryChange } from '../git/repositories.ts';
import type { Promotion } from '../model/action.ts';
import { FailureError } from '../model/failure.ts';
import { splitKey } from '../model/object-key.ts';
import type { ForgeAccess, PullRequestDeps } from './forge-access.ts';

const markerOf = ({ pipeline, environment }: Promotion): Marker => {
  const { namespace, name } = splitKey(pipeline);
  return { namespace, pipeline: name, environment };
};

const markerNotFound = (
  promotion: Promotion,
  { searched, untouched }: Extract<ProposedChange, { type: 'no-marker' }>,
) => {
  const { url, baseBranch, path } = promotion.strategy;
  const where = `${url}, branch ${baseBranch}${path === undefined ? '' : `, folder ${path}`}`;
  return new FailureError({
    remedy: 'wait',
    reason: 'MarkerNotFound',
    message: `No version is marked for ${promotion.environment} in the ${searched} YAML files of ${where}: write ${markerComment(markerOf(promotion))} beside it${untouched.length === 0 ? '' : `. Not searched: ${untouchedInWords(untouched)}`}`,
  });
};

/** The change that a promotion comes to. */
export const changeOf = ({ git }: Pick<ForgeAccess, 'git'>, promotion: Promotion): RepositoryChange => {
  const { strategy, text, revision } = promotion;
  return {
    ...git,
    url: strategy.url,
    base: strategy.baseBranch,
    branch: text.branch,
    path: strategy.path,
    marker: markerOf(promotion),
    revision,
    message: text.commitMessage,
  };
};

/** Pushes the branch of a promotion, made on the base's tip, unless it is there or a commit on it is not ours. Throws where nothing is marked. */
export const propose = async (
  { repositories }: Pick<PullRequestDeps, 'repositories'>,
  access: Pick<ForgeAccess, 'git'>,
  promotion: Promotion,
  how: Pick<RepositoryChange, 'forwardOnly' | 'lookedAt' | 'anew'> = {},
): Promise<Exclude<ProposedChange, { type: 'no-marker' }>> => {
  const proposed = await repositories.proposeChange({ ...changeOf(access, promotion), ...how });
  if (proposed.type === 'no-marker') throw markerNotFound(promotion, proposed);
  return proposed;
};
