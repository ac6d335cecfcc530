import { keyOfPipeline } from '../model/pipeline.ts';
import { formatTime } from '../model/time.ts';
import type { AskPrometheus, Sample } from './ask-prometheus.ts';
import { deliveryQueries, type Labels } from './delivery-queries.ts';
import { deliveryRates } from './delivery-rates.ts';
import type { Delivery, MadePipeline } from './delivery.ts';

/** What the metrics say, of which time. */
export interface Metered {
  readonly ask: AskPrometheus;
  /** Labels of the metrics beside those that tell a Pipeline. */
  readonly labels: Labels;
  /** Where the period is to begin, milliseconds. */
  readonly asked: number;
  /** From when on the metrics can be counted, milliseconds. */
  readonly reach: number;
  /** Milliseconds. */
  readonly now: number;
}

const valueOf = (samples: readonly Sample[], labels: Labels): number | undefined =>
  samples.find((sample) => Object.entries(labels).every(([name, value]) => sample.labels[name] === value))?.value;

const askAll = async ({ ask, labels, now }: Metered, { pipeline }: MadePipeline, from: number) => {
  const of = { ...labels, pipeline: keyOfPipeline(pipeline), application: pipeline.spec.appRef.name };
  const { changes, leadTime, restoreTime } = deliveryQueries(of, Math.floor((now - from) / 1000));
  // One after the other: each is work for Prometheus, over all that it has read in that time.
  const counted = await ask(changes);
  const leadTimes = await ask(leadTime);
  const restoreTimes = await ask(restoreTime);
  return (environment: string) => {
    const [succeeded = 0, failed = 0] = ['succeeded', 'failed'].map((result) =>
      valueOf(counted, { environment, result }),
    );
    const isLast = environment === pipeline.spec.environments.at(-1)?.name;
    return {
      changes: succeeded + failed,
      failed,
      leadTime: isLast ? valueOf(leadTimes, {}) : undefined,
      restoreTime: valueOf(restoreTimes, { environment }),
    };
  };
};

/**
 * The rows of a Pipeline: those whose status does not reach back far enough by its metrics, where these reach back further. Metrics that know of fewer
 * changes than the status, which counts a part of that time, have lost some: such a row stays as it is.
 */
export const deliveryByMetrics = async (
  made: MadePipeline,
  rows: readonly Delivery[],
  metered: Metered,
): Promise<readonly Delivery[]> => {
  const { asked, reach, now } = metered;
  const begun = made.made ?? 0;
  const from = Math.max(reach, begun);
  const isShorter = (row: Delivery) => Date.parse(row.from) > from;
  if (!rows.some(isShorter)) return rows;
  const figuresOf = await askAll(metered, made, from);
  return rows.map((row) => {
    const { namespace, pipeline, application, environment } = row;
    const { changes, failed, leadTime, restoreTime } = figuresOf(environment);
    if (!isShorter(row) || changes < row.changes || failed < row.failed) return row;
    return {
      namespace,
      pipeline,
      application,
      environment,
      source: 'metrics',
      from: formatTime(from),
      shortened: from > Math.max(asked, begun),
      ...deliveryRates(changes, failed, now - from),
      ...(leadTime === undefined ? {} : { leadTimeSeconds: Math.round(leadTime) }),
      ...(restoreTime === undefined ? {} : { restoreSeconds: Math.round(restoreTime) }),
    };
  });
};
