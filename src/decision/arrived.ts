import type { DeploymentEntry } from '../model/deployment-entry.ts';
import type { Pipeline } from '../model/pipeline.ts';
import { formatTime } from '../model/time.ts';
import type { Entries } from './deployment-entries.ts';
import { rolledBackTo } from './rolled-back-to.ts';
import { spanOf } from './span-of.ts';
import type { EnvironmentSurvey } from './survey.ts';
import type { Scene } from './tell-deployment.ts';

/** When the first environment had settled on a version, as its own entries tell. */
export const settledFirst = ({ spec, status }: Pipeline, revision: string): string | undefined =>
  status.environments?.[spec.environments[0]?.name ?? '']?.deployments?.find((entry) => entry.revision === revision)
    ?.finishedAt;

/** From when the first environment had settled on a version until the last one has; versions that were promoted know it themselves. */
const leadTime = ({ pipeline, survey }: Scene, revision: string, end: number): Pick<DeploymentEntry, 'leadTime'> => {
  const { environments } = pipeline.spec;
  const { name } = survey.environment;
  if (environments.length < 2 || environments.at(-1)?.name !== name) return {};
  const { promotion } = pipeline.status.environments?.[name] ?? {};
  const promoted = promotion?.revision === revision ? promotion.firstSettledAt : undefined;
  const from = promoted ?? settledFirst(pipeline, revision);
  return from === undefined ? {} : { leadTime: spanOf(Date.parse(from), end) };
};

/** Since when no target is failing, milliseconds: each is settled, or runs the version before again. */
const restoredSince = ({ settledOn, healthySince, targets }: EnvironmentSurvey): number | undefined => {
  if (settledOn !== undefined) return healthySince;
  const times = targets.map(({ observation }) =>
    rolledBackTo(observation) === undefined ? observation.healthySince : observation.since,
  );
  return times.reduce((last, time) => (last === undefined || time === undefined ? undefined : Math.max(last, time)), 0);
};

/** The entries of an environment with what follows once none of its targets is failing: a version has arrived, a failure is over. */
export const arrived = (scene: Scene, entries: Entries): Entries => {
  const { settledOn, evidence } = scene.survey;
  const since = restoredSince(scene.survey);
  if (since === undefined || evidence.type !== 'complete') return entries;
  const newest = entries.find(({ revision }) => revision === settledOn);
  const ends = (entry: DeploymentEntry): boolean => entry === newest && entry.finishedAt === undefined;
  const heals = ({ failedAt, restoredAt }: DeploymentEntry): boolean =>
    failedAt !== undefined && restoredAt === undefined;
  if (!entries.some((entry) => ends(entry) || heals(entry))) return entries;
  return entries.map((entry): DeploymentEntry => {
    const end = Math.max(since, Date.parse(entry.failedAt ?? entry.startedAt));
    return {
      ...entry,
      ...(ends(entry) ? { finishedAt: formatTime(end), ...leadTime(scene, entry.revision, end) } : {}),
      ...(heals(entry) ? { restoredAt: formatTime(end) } : {}),
    };
  });
};
