import type { Promotion, PullRequestText } from '../model/action.ts';
import { managementCluster } from '../model/cluster.ts';
import { splitKey, type ObjectKey } from '../model/object-key.ts';
import type { PullRequestStrategy } from '../model/pipeline-spec.ts';
import type { PromotionHistoryEntry, PromotionRecord, PromotionState } from '../model/pipeline-status.ts';
import { keyOfPipeline, type Pipeline } from '../model/pipeline.ts';
import { formatTime } from '../model/time.ts';
import type { EnvironmentSurvey, TargetSurvey } from './survey.ts';

/** Everything that git-check-ref-format forbids within a component, and `=`, which is our escape. */
const unsafe = /[^A-Za-z0-9._+-]|\.(?=\.|$)|^\.|\.(?=lock$)/gu;

/** A branch component made safe for git, so that different texts stay different. */
const component = (text: string): string =>
  text.replace(unsafe, (character) =>
    [...Buffer.from(character)].map((byte) => `=${byte.toString(16).padStart(2, '0')}`).join(''),
  );

/**
 * The branch of a promotion: its identity. A function of pipeline, environment, revision and of how often a person has asked for it
 * anew, and different for different ones: after our escape `=` come two hex digits, and `r` is none.
 */
export const branchOf = (pipeline: ObjectKey, environment: string, revision: string, retry?: number): string => {
  const { namespace, name } = splitKey(pipeline);
  const again = retry === undefined ? '' : `=r${retry}`;
  return ['promotions', ...[namespace, name, environment, revision].map(component)].join('/') + again;
};

const cell = (text: string): string =>
  /[|\s]/.test(text) ? text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ') : text;

/** GitHub takes 65,536 characters of a body. */
const longestTable = 50;

const rows = (survey: EnvironmentSurvey): readonly string[] => {
  const { targets, environment } = survey;
  const more = targets.length - longestTable;
  const last = more > 0 ? [`| ${environment.name} | and ${more} more | | | |`] : [];
  return [...targets.slice(0, longestTable).map((target) => row(environment.name, target)), ...last];
};

const row = (environment: string, { cluster, release, observation }: TargetSurvey): string => {
  const { namespace, name } = splitKey(release);
  const since =
    observation.healthySince === undefined ? observation.message : `since ${formatTime(observation.healthySince)}`;
  const columns = [
    environment,
    cluster === managementCluster ? 'management' : cluster,
    `${namespace}/${name}`,
    observation.revision ?? 'nothing',
    since,
  ];
  return `| ${columns.map(cell).join(' | ')} |`;
};

const bodyOf = (
  pipeline: ObjectKey,
  source: EnvironmentSurvey,
  destination: EnvironmentSurvey,
  revision: string,
): string =>
  [
    `**${revision}** has proved itself in **${source.environment.name}** and is due in **${destination.environment.name}**.`,
    '',
    '| environment | cluster | release | runs | healthy |',
    '|---|---|---|---|---|',
    ...rows(source),
    ...rows(destination),
    '',
    `Merging this rolls ${revision} out to ${destination.environment.name}. Closing it without a merge rejects ${revision} there; the next version is promoted again.`,
    '',
    `${pipeline}/${destination.environment.name}`,
    '',
  ].join('\n');

/** What tells the promotions into an environment apart. */
type Identity = Pick<PromotionRecord, 'revision' | 'retry'>;

/** What people read: the body holds the evidence of this moment and the metadata line that the Weave tools look for. */
const textOf = (
  pipeline: ObjectKey,
  source: EnvironmentSurvey,
  destination: EnvironmentSurvey,
  { revision, retry }: Identity,
): PullRequestText => {
  const title = `Promote ${pipeline} in ${destination.environment.name} to ${revision}`;
  return {
    branch: branchOf(pipeline, destination.environment.name, revision, retry),
    title,
    commitMessage: `${title}\n`,
    body: bodyOf(pipeline, source, destination, revision),
  };
};

/** How a promotion ends without a word of the forge: its pull request, and those that it should have closed, may be open. */
const unfinished: ReadonlySet<PromotionState> = new Set(['Superseded', 'Failed']);

/** A rejection closes its own pull request alone, so that those which it should have closed may be open too. */
const closesOthers = ({ state, reason }: PromotionHistoryEntry): boolean =>
  !unfinished.has(state) && reason !== 'Rejected';

/** One revision on its way from the source to the destination, with all that a forge needs to hear; `history` is of what came before it. */
export const promotionOf = (
  pipeline: Pipeline,
  source: EnvironmentSurvey,
  destination: EnvironmentSurvey,
  strategy: PullRequestStrategy,
  { revision, retry }: Identity,
  history: readonly PromotionHistoryEntry[],
): Promotion => {
  const key = keyOfPipeline(pipeline);
  const environment = destination.environment.name;
  const last = history.findIndex(closesOthers);
  return {
    pipeline: key,
    environment,
    revision,
    from: source.environment.name,
    strategy,
    text: textOf(key, source, destination, { revision, ...(retry === undefined ? {} : { retry }) }),
    supersedes: history
      .slice(0, last < 0 ? undefined : last)
      .filter(({ state }) => unfinished.has(state))
      .map((entry) => branchOf(key, environment, entry.revision, entry.retry)),
  };
};
