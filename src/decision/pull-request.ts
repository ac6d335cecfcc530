import type { Promotion, PullRequestText } from '../model/action.ts';
import { splitKey, type ObjectKey } from '../model/object-key.ts';
import { branchPrefix } from '../model/branch-prefix.ts';
import type { PullRequestStrategy } from '../model/pipeline-spec.ts';
import type { PromotionHistoryEntry, PromotionRecord, PromotionState } from '../model/pipeline-status.ts';
import { keyOfPipeline } from '../model/pipeline.ts';
import { retryBranch } from '../model/retry-branch.ts';
import { shortened } from '../model/shortened.ts';
import { oneLine } from './markdown.ts';
import type { Pair } from './pair.ts';
import { pullRequestBody } from './pull-request-body.ts';
import { wasGivenUp } from './record.ts';

/** Everything that git-check-ref-format forbids within a component, and `=`, which is our escape. */
const unsafe = /[^A-Za-z0-9._+-]|\.(?=\.|$)|^\.|\.(?=lock$)/gu;

/** A branch component made safe for git, so that different texts stay different. */
const component = (text: string): string =>
  text.replace(unsafe, (character) =>
    [...Buffer.from(character)].map((byte) => `=${byte.toString(16).padStart(2, '0')}`).join(''),
  );

/**
 * The branch of a promotion: its identity. A function of pipeline, environment, revision and of how often a person has asked for it
 * anew, and different for different ones.
 */
export const branchOf = (pipeline: ObjectKey, environment: string, revision: string, retry?: number): string => {
  const { namespace, name } = splitKey(pipeline);
  const branch = branchPrefix + [namespace, name, environment, revision].map(component).join('/');
  return retry === undefined ? branch : retryBranch(branch, retry);
};

/** What tells the promotions into an environment apart. */
type Identity = Pick<PromotionRecord, 'revision' | 'retry'>;

/** GitHub and the others take some 255 characters of a title. */
const longestTitle = 250;

const titleOf = (pipeline: ObjectKey, environment: string, { revision }: Identity): string =>
  shortened(oneLine(`Promote ${pipeline} in ${environment} to ${revision}`), longestTitle);

const textOf = (pair: Pair, strategy: PullRequestStrategy, record: PromotionRecord): PullRequestText => {
  const pipeline = keyOfPipeline(pair.pipeline);
  const { name } = pair.destination.environment;
  const branch = branchOf(pipeline, name, record.revision, record.retry);
  const title = titleOf(pipeline, name, record);
  return { branch, title, commitMessage: `${title}\n`, body: pullRequestBody(pair, strategy, record, branch) };
};

/** How a promotion ends without a word of the forge: its pull request, and those that it should have closed, may be open. */
const unfinished: ReadonlySet<PromotionState> = new Set(['Superseded', 'Failed']);

/** A rejection closes its own pull request alone, so that those which it should have closed may be open too. */
const closesOthers = ({ state, reason }: PromotionHistoryEntry): boolean =>
  !unfinished.has(state) && reason !== 'Rejected';

/** One revision on its way from the source to the destination, with all that a forge needs to hear; `history` is of what came before it. */
export const promotionOf = (
  pair: Pair,
  strategy: PullRequestStrategy,
  record: PromotionRecord,
  history: readonly PromotionHistoryEntry[],
): Promotion => {
  const pipeline = keyOfPipeline(pair.pipeline);
  const environment = pair.destination.environment.name;
  const last = history.findIndex(closesOthers);
  const made = history.some((entry) => entry.revision === record.revision && !wasGivenUp(entry));
  const forgotten = record.retry === undefined && !made;
  return {
    pipeline,
    environment,
    revision: record.revision,
    from: pair.source.environment.name,
    strategy,
    text: textOf(pair, strategy, record),
    supersedes: history
      .slice(0, last < 0 ? undefined : last)
      .filter(({ state }) => unfinished.has(state))
      .map((entry) => branchOf(pipeline, environment, entry.revision, entry.retry)),
    ...(pair.promotion.allowDowngrade === true ? { allowDowngrade: true } : {}),
    ...(forgotten ? { forgotten } : {}),
  };
};
