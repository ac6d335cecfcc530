import { managementCluster } from '../model/cluster.ts';
import { splitKey } from '../model/object-key.ts';
import type { PullRequestStrategy } from '../model/pipeline-spec.ts';
import type { PromotionRecord } from '../model/pipeline-status.ts';
import { keyOfPipeline } from '../model/pipeline.ts';
import { formatTime } from '../model/time.ts';
import { compareLink } from './compare-link.ts';
import { code, oneLine, tableRow } from './markdown.ts';
import type { Pair } from './pair.ts';
import { annotateCommand, requestsFor } from './requests.ts';
import { firstOf, type EnvironmentSurvey, type TargetSurvey } from './survey.ts';

/** Bitbucket Server takes 32,768 characters of a description, GitHub twice as many: this much is for the rows of each environment. */
const longestRows = 10_000;
const longestLink = 2000;

const version = (revision: string | undefined, appVersion?: string): string => {
  if (revision === undefined) return 'nothing';
  return code(revision) + (appVersion === undefined ? '' : ` (app ${code(appVersion)})`);
};

const targetRow = (environment: string, { cluster, release, observation }: TargetSurvey): string => {
  const { namespace, name } = splitKey(release);
  const { healthySince, message, revision, appVersion } = observation;
  return tableRow([
    environment,
    cluster === managementCluster ? 'management' : code(cluster),
    code(`${namespace}/${name}`),
    version(revision, appVersion),
    healthySince === undefined ? code(message) : `since ${formatTime(healthySince)}`,
  ]);
};

/** What targets run, the most frequent first: ``12 × `6.1.4`, 1 × nothing``. */
const tally = (targets: readonly TargetSurvey[]): string => {
  const counts = new Map<string, number>();
  for (const { observation } of targets) {
    const runs = version(observation.revision);
    counts.set(runs, (counts.get(runs) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([, one], [, other]) => other - one);
  const few = sorted.slice(0, 5).map(([runs, count]) => `${count} × ${runs}`);
  return [...few, ...(sorted.length > few.length ? ['others'] : [])].join(', ');
};

/** A row for each target, for as many as there is room; the others are counted by what they run. */
const rowsOf = ({ environment, targets }: EnvironmentSurvey): readonly string[] => {
  const rows: string[] = [];
  let length = 0;
  for (const [index, target] of targets.entries()) {
    const row = targetRow(environment.name, target);
    length += row.length + 1;
    if (length > longestRows) {
      const rest = targets.slice(index);
      return [...rows, tableRow([environment.name, `and ${rest.length} more`, '', tally(rest), ''])];
    }
    rows.push(row);
  }
  return rows;
};

/** What the destination runs now, as the end of a sentence. */
const runsNow = ({ targets }: EnvironmentSurvey): string => {
  const [first, ...others] = new Set(targets.map(({ observation }) => observation.revision));
  if (others.length > 0) return `, whose targets differ in what they run now: ${tally(targets)}`;
  return first === undefined ? ', where nothing runs yet' : `, which runs ${version(first)}`;
};

/** Where the charts of its targets are from, as far as Flux has been seen to say it. Their addresses are in the clusters, and not read. */
const chartsOf = ({ targets }: EnvironmentSurvey): readonly string[] => {
  const charts = new Set(targets.flatMap(({ observation }) => observation.chart ?? []));
  return charts.size === 0 ? [] : [`Chart: ${firstOf([...charts].map(code), ', ')}.`, ''];
};

/** The gates that are set, all of which it has passed. */
const gatesOf = ({ pipeline, destination, promotion, source }: Pair, { approval }: PromotionRecord): string => {
  const by = approval?.by ?? requestsFor(pipeline, destination.environment.name).approvedBy;
  const gates = [
    ...(promotion.versions === undefined ? [] : [`the version is in ${code(promotion.versions)}`]),
    ...(promotion.soak === undefined || source.healthySince === undefined
      ? []
      : [`healthy for ${code(promotion.soak)} (since ${formatTime(source.healthySince)})`]),
    ...((promotion.windows ?? []).length === 0 ? [] : ['inside a promotion window']),
    ...(promotion.manual === true ? [`approved${by === undefined ? '' : ` by ${code(by)}`}`] : []),
  ];
  return gates.length === 0 ? 'No gates are set.' : `Gates passed: ${gates.join(', ')}.`;
};

/**
 * What a reviewer reads, in the Markdown that all forges share, without HTML: the evidence of this moment, what merging does, how to
 * reject, and on a line of its own `<namespace>/<pipeline>/<environment>`, which the Weave tools look for. Under 32,768 characters.
 */
export const pullRequestBody = (
  pair: Pair,
  strategy: PullRequestStrategy,
  record: PromotionRecord,
  branch: string,
): string => {
  const { pipeline, source, destination } = pair;
  const [from, into] = [source.environment.name, destination.environment.name];
  const revision = code(record.revision);
  const link = compareLink(strategy, branch);
  const hasLink = link !== undefined && link.length <= longestLink;
  return [
    `${revision} has proved itself in **${from}** and is due in **${into}**${runsNow(destination)}.`,
    '',
    '| environment | cluster | release | runs | healthy |',
    '| --- | --- | --- | --- | --- |',
    ...rowsOf(source),
    ...rowsOf(destination),
    '',
    ...chartsOf(source),
    gatesOf(pair, record),
    '',
    `**Merging** rolls ${revision} out to ${into}: Flux applies it there, and the Pipeline follows it until every target runs it.`,
    '',
    `**Closing** without merging rejects ${revision} for ${into}; the next version is promoted again. From a terminal:`,
    '',
    '```sh',
    oneLine(annotateCommand(pipeline, 'reject', into, record.revision)),
    '```',
    '',
    ...(hasLink ? [`[Compare with ${code(strategy.baseBranch)}](${link})`, ''] : []),
    `${keyOfPipeline(pipeline)}/${into}`,
    '',
  ].join('\n');
};
