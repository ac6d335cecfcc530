import { FailureError } from '../model/failure.ts';
import type { AskPrometheus } from './ask-prometheus.ts';
import { reachQuery, type Labels } from './delivery-queries.ts';

/** How often is looked within the time: half an hour of thirty days may be missed. */
const looks = 1440;

/**
 * From when on the metrics can be counted, milliseconds: from `asked`, or from when Prometheus had begun to read them or still knows them. Throws a FailureError
 * when it has none since then.
 */
export const metricsReach = async (
  ask: AskPrometheus,
  { labels, asked, now }: { readonly labels: Labels; readonly asked: number; readonly now: number },
): Promise<number> => {
  const seconds = Math.ceil((now - asked) / 1000);
  const step = Math.max(60, Math.ceil(seconds / looks));
  const [first] = await ask(reachQuery(labels, seconds + step, step));
  if (first === undefined)
    throw new FailureError({
      remedy: 'give-up',
      reason: 'MetricsMissing',
      message: `Prometheus has no leafwatch_build_info${Object.keys(labels).length > 0 ? ' with these labels' : ''} in that time: it does not read the metrics of Leafwatch, or is another one`,
    });
  return Math.max(asked, first.value * 1000);
};
