import { figuresOf } from '../decision/changes.ts';
import { mostRemembered } from '../decision/deployments.ts';
import type { DeploymentEntry } from '../model/deployment-entry.ts';
import type { Pipeline } from '../model/pipeline.ts';
import { formatTime } from '../model/time.ts';
import { deliveryRates, type DeliveryRates } from './delivery-rates.ts';

/**
 * DORA's four figures of one environment, over the time from `from` until now. Changes are versions that all targets of the environment have
 * settled on, or that one has failed on. Times that are measured are medians.
 */
export interface Delivery extends DeliveryRates {
  readonly namespace: string;
  readonly pipeline: string;
  readonly application: string;
  readonly environment: string;
  /** Where the figures come from: medians of metrics are estimates, by the buckets of histograms. */
  readonly source: 'status' | 'metrics';
  /** Where the period begins: where it was asked to, or where the Pipeline or its history does. */
  readonly from: string;
  /** Whether the history has forgotten what was before that. */
  readonly shortened: boolean;
  /** Of the last environment: from when the first had settled on a version until this one had. */
  readonly leadTimeSeconds?: number;
  /** From a failure until all targets were settled again, or rolled back. */
  readonly restoreSeconds?: number;
}

/** A Pipeline, and when it was made, milliseconds. */
export interface MadePipeline {
  readonly pipeline: Pipeline;
  readonly made: number | undefined;
}

const median = (values: readonly number[]): number | undefined => {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
};

const seconds = <K extends string>(name: K, milliseconds: number | undefined): Partial<Readonly<Record<K, number>>> =>
  milliseconds === undefined ? {} : ({ [name]: Math.round(milliseconds / 1000) } as Record<K, number>);

/** When it was decided whether the change went well. */
const endOf = ({ failedAt, finishedAt }: DeploymentEntry): string | undefined => failedAt ?? finishedAt;

const measured = (
  entries: readonly DeploymentEntry[],
  from: number,
  now: number,
): DeliveryRates & Pick<Delivery, 'leadTimeSeconds' | 'restoreSeconds'> => {
  const since = (time: string | undefined): boolean => time !== undefined && Date.parse(time) >= from;
  const all = entries.map((entry) => ({ entry, figures: figuresOf(entry) }));
  const ended = all.filter(({ entry }) => since(endOf(entry)));
  const failed = ended.filter(({ figures }) => figures.result === 'failed').length;
  const leadTimes = all.flatMap(({ entry, figures }) => (since(entry.finishedAt) ? (figures.leadTime ?? []) : []));
  const restores = all.flatMap(({ entry, figures }) => (since(entry.restoredAt) ? (figures.restoreTime ?? []) : []));
  return {
    ...deliveryRates(ended.length, failed, now - from),
    ...seconds('leadTimeSeconds', median(leadTimes)),
    ...seconds('restoreSeconds', median(restores)),
  };
};

/** The figures of every environment of a Pipeline, from its status; `asked` is where the period is to begin. */
export const deliveryOf = ({ pipeline, made = 0 }: MadePipeline, asked: number, now: number): readonly Delivery[] => {
  const { metadata, spec, status } = pipeline;
  const most = mostRemembered(pipeline);
  return spec.environments.map(({ name: environment }) => {
    const entries = status.environments?.[environment]?.deployments ?? [];
    const oldest = Date.parse(entries.map(({ startedAt }) => startedAt).sort()[0] ?? '');
    const shortened = entries.length >= most && oldest > asked;
    const from = Math.max(asked, made, shortened ? oldest : 0);
    return {
      namespace: metadata.namespace,
      pipeline: metadata.name,
      application: spec.appRef.name,
      environment,
      source: 'status',
      from: formatTime(from),
      shortened,
      ...measured(entries, from, now),
    };
  });
};
