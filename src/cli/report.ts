import { connectManagement } from '../kube/call/management.ts';
import type { Clock } from '../model/clock.ts';
import { askPipelines } from './ask-pipelines.ts';
import { askPrometheus } from './ask-prometheus.ts';
import { deliveries, type MetricsSource } from './deliveries.ts';
import type { Delivery } from './delivery.ts';
import { deliveryTable } from './delivery-table.ts';
import { readPrometheusHeaders } from './read-prometheus-headers.ts';
import type { ReportOptions } from './report-flags.ts';

const absence = (namespace: string | undefined): string =>
  `there is no Pipeline to report on${namespace === undefined ? '' : ` in namespace ${namespace}; name its namespace by -n, or ask for all by --all-namespaces`}`;

const sources =
  'what comes from metrics lacks changes that Prometheus has not seen; where there is a tilde, the median is estimated from the buckets of a histogram';

const star =
  'where there is a star, the status does not reach back as far as was asked: it holds ten versions of an environment, and two of one in a Pipeline with more than a hundred targets';

/** What a star means when the metrics were not asked, and when they were. */
const starTodo = {
  unasked: 'the metrics leafwatch_changes_total and leafwatch_change_* know more, and are asked with --prometheus',
  asked: 'the metrics do not reach back that far either, or have lost some of the changes that the status knows',
};

const notesOn = (
  rows: readonly Delivery[],
  namespace: string | undefined,
  metrics: keyof typeof starTodo,
): readonly string[] => [
  ...(rows.length === 0 ? [absence(namespace)] : []),
  ...(rows.some(({ source }) => source === 'metrics') ? [sources] : []),
  ...(rows.some(({ shortened }) => shortened) ? [`${star}; ${starTodo[metrics]}`] : []),
];

const metricsOf = (options: ReportOptions, now: number): MetricsSource | undefined => {
  const { prometheus: url, prometheusHeaders: path, prometheusLabels: labels = [], timeout } = options;
  if (url === undefined) return undefined;
  const open = async () => {
    const headers = path === undefined ? {} : await readPrometheusHeaders(path);
    return askPrometheus({ url, headers, proxies: options, timeout, now });
  };
  return { open, labels: Object.fromEntries(labels) };
};

export interface DeliveryReport {
  readonly text: string;
  /** What is to be told beside it. */
  readonly notes: readonly string[];
  /** Whether the metrics were read, where they were asked for and needed. */
  readonly ok: boolean;
}

/**
 * DORA's figures of every environment, as text: from the Pipelines' status, with the rights of whoever runs it, and where that does not reach back far
 * enough from the metrics, if a Prometheus is named. Throws a FailureError when the Pipelines cannot be read.
 */
export const reportDelivery = async (options: ReportOptions, clock: Clock): Promise<DeliveryReport> => {
  const { since, output, timeout, allNamespaces } = options;
  const { connection, kubeConfig } = connectManagement(options);
  try {
    const context = kubeConfig.getContextObject(kubeConfig.getCurrentContext());
    const namespace = allNamespaces ? undefined : (options.namespace ?? context?.namespace ?? 'default');
    const pipelines = await askPipelines({ connection, clock }, namespace, timeout);
    const now = clock.now();
    const period = { asked: now - since, now };
    const { rows, failure } = await deliveries(pipelines, period, metricsOf(options, now));
    const text =
      output === 'json' ? `${JSON.stringify(rows, undefined, 2)}\n` : rows.length > 0 ? deliveryTable(rows, now) : '';
    const notes = notesOn(rows, namespace, options.prometheus === undefined || failure ? 'unasked' : 'asked');
    if (!failure) return { text, notes, ok: true };
    return { text, notes: [...notes, `the figures are those of the status alone: ${failure.message}`], ok: false };
  } finally {
    connection.close();
  }
};
