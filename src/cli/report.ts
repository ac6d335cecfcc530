import { connectManagement } from '../kube/call/management.ts';
import type { Clock } from '../model/clock.ts';
import { askPipelines } from './ask-pipelines.ts';
import { deliveryOf, type Delivery } from './delivery.ts';
import { deliveryTable } from './delivery-table.ts';
import type { ReportOptions } from './report-flags.ts';

const absence = (namespace: string | undefined): string =>
  `there is no Pipeline to report on${namespace === undefined ? '' : ` in namespace ${namespace}; name its namespace by -n, or ask for all by --all-namespaces`}`;

const notesOn = (rows: readonly Delivery[], namespace: string | undefined): readonly string[] => [
  ...(rows.length === 0 ? [absence(namespace)] : []),
  ...(rows.some(({ shortened }) => shortened)
    ? [
        'where there is a star, the status does not reach back as far as was asked: it holds ten versions of an environment, and two of one in a Pipeline with more than a hundred targets; the metrics leafwatch_changes_total and leafwatch_change_* know more',
      ]
    : []),
];

/**
 * DORA's figures of every environment, as text, and what is to be told beside them: from the Pipelines' status alone, with the rights of
 * whoever runs it. Throws a FailureError when the Pipelines cannot be read.
 */
export const reportDelivery = async (
  options: ReportOptions,
  clock: Clock,
): Promise<{ readonly text: string; readonly notes: readonly string[] }> => {
  const { since, output, timeout, allNamespaces } = options;
  const { connection, kubeConfig } = connectManagement(options);
  try {
    const context = kubeConfig.getContextObject(kubeConfig.getCurrentContext());
    const namespace = allNamespaces ? undefined : (options.namespace ?? context?.namespace ?? 'default');
    const pipelines = await askPipelines({ connection, clock }, namespace, timeout);
    const now = clock.now();
    const rows = pipelines.flatMap((pipeline) => deliveryOf(pipeline, now - since, now));
    const text =
      output === 'json' ? `${JSON.stringify(rows, undefined, 2)}\n` : rows.length > 0 ? deliveryTable(rows, now) : '';
    return { text, notes: notesOn(rows, namespace) };
  } finally {
    connection.close();
  }
};
