import type { Change } from '../model/change.ts';
import { parseDuration } from '../model/duration.ts';
import type { DeploymentEntry } from '../model/deployment-entry.ts';
import type { PipelineStatus } from '../model/pipeline-status.ts';
import { keyOfPipeline, type Pipeline } from '../model/pipeline.ts';

type Figures = Pick<Change, 'result' | 'leadTime' | 'restoreTime'>;

const resultOf = ({ failedAt, finishedAt }: DeploymentEntry): Change['result'] =>
  failedAt !== undefined ? 'failed' : finishedAt !== undefined ? 'succeeded' : undefined;

const leadTimeOf = ({ leadTime }: DeploymentEntry): number | undefined =>
  leadTime === undefined ? undefined : parseDuration(leadTime);

const restoreTimeOf = ({ failedAt, restoredAt }: DeploymentEntry): number | undefined =>
  failedAt === undefined || restoredAt === undefined ? undefined : Date.parse(restoredAt) - Date.parse(failedAt);

/** What an entry of a status says for DORA's figures. */
export const figuresOf = (entry: DeploymentEntry): Figures => {
  const [result, leadTime, restoreTime] = [resultOf(entry), leadTimeOf(entry), restoreTimeOf(entry)];
  return {
    ...(result === undefined ? {} : { result }),
    ...(leadTime === undefined ? {} : { leadTime }),
    ...(restoreTime === undefined ? {} : { restoreTime }),
  };
};

/** What the figures of an entry say that they did not say before. */
const newsOf = (entry: DeploymentEntry, before: DeploymentEntry | undefined): Figures => {
  const old = before ? figuresOf(before) : {};
  return Object.fromEntries(Object.entries(figuresOf(entry)).filter(([name]) => !(name in old)));
};

/** What changes have come to from one status of a Pipeline to the next. */
export const changes = (pipeline: Pipeline, before: PipelineStatus, after: PipelineStatus): readonly Change[] =>
  Object.entries(after.environments ?? {}).flatMap(([environment, { deployments = [] }]) => {
    const known = before.environments?.[environment]?.deployments;
    if (known === deployments) return [];
    return deployments.flatMap((entry): readonly Change[] => {
      const figures = newsOf(
        entry,
        known?.find(({ number }) => number === entry.number),
      );
      if (Object.keys(figures).length === 0) return [];
      const { name: application } = pipeline.spec.appRef;
      return [{ pipeline: keyOfPipeline(pipeline), application, environment, version: entry.revision, ...figures }];
    });
  });
