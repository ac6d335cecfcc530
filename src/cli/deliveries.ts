import { from, lastValueFrom, mergeMap } from 'rxjs';
import { failureOf, type Failure } from '../model/failure.ts';
import type { AskPrometheus } from './ask-prometheus.ts';
import { deliveryByMetrics } from './delivery-by-metrics.ts';
import { deliveryOf, type Delivery, type MadePipeline } from './delivery.ts';
import type { Labels } from './delivery-queries.ts';
import { metricsReach } from './metrics-reach.ts';

/** Where metrics are, opened when they are needed. */
export interface MetricsSource {
  readonly open: () => Promise<AskPrometheus>;
  readonly labels: Labels;
}

/** From when until when, milliseconds. */
export interface Period {
  readonly asked: number;
  readonly now: number;
}

export interface Deliveries {
  readonly rows: readonly Delivery[];
  /** Why the metrics that were needed were not read; all rows are those of the status then. */
  readonly failure?: Failure;
}

/** How many Pipelines Prometheus is asked about at a time: it computes twenty answers at a time, for all who ask. */
const atATime = 4;

const lengthened = async (
  pipelines: readonly MadePipeline[],
  rows: readonly (readonly Delivery[])[],
  period: Period,
  { open, labels }: MetricsSource,
): Promise<readonly Delivery[]> => {
  const ask = await open();
  const reach = await metricsReach(ask, { ...period, labels });
  const answered = [...rows];
  const asking = from(pipelines).pipe(
    mergeMap(async (made, at) => {
      answered[at] = await deliveryByMetrics(made, rows[at] ?? [], { ...period, ask, labels, reach });
    }, atATime),
  );
  await lastValueFrom(asking);
  return answered.flat();
};

/** The figures of Pipelines: by their status, which is exact, and where it does not reach back far enough by metrics, where there are some. */
export const deliveries = async (
  pipelines: readonly MadePipeline[],
  period: Period,
  metrics: MetricsSource | undefined,
): Promise<Deliveries> => {
  const rows = pipelines.map((made) => deliveryOf(made, period.asked, period.now));
  const byStatus = { rows: rows.flat() };
  if (metrics === undefined || !byStatus.rows.some(({ shortened }) => shortened)) return byStatus;
  try {
    return { rows: await lengthened(pipelines, rows, period, metrics) };
  } catch (error) {
    return { ...byStatus, failure: failureOf(error, 'reading the metrics') };
  }
};
