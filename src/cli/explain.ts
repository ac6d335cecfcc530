import { connectManagement } from '../kube/call/management.ts';
import type { Clock } from '../model/clock.ts';
import { askPipeline } from './ask-pipeline.ts';
import type { ExplainOptions } from './explain-flags.ts';
import { explainTree } from './explain-tree.ts';
import { explanation } from './explanation.ts';

/**
 * Says of a Pipeline's environments what they wait for and how that was decided, as text: from the Pipeline object alone, with the
 * rights of whoever runs it. Throws a FailureError when the Pipeline cannot be read, or has no such environment.
 */
export const reportExplanation = async (options: ExplainOptions, clock: Clock, terminal: boolean): Promise<string> => {
  const { pipeline: name, environment, output, timeout, minRetryDelay: min, maxRetryDelay: max } = options;
  const { connection, kubeConfig } = connectManagement(options);
  try {
    const context = kubeConfig.getContextObject(kubeConfig.getCurrentContext());
    const namespace = options.namespace ?? context?.namespace ?? 'default';
    const asked = await askPipeline({ connection, clock, namespace, name, timeout });
    const now = clock.now();
    const explained = explanation(asked, { environment, delays: { min, max } }, now);
    return output === 'json'
      ? `${JSON.stringify(explained, undefined, 2)}\n`
      : explainTree(explained, { terminal, now });
  } finally {
    connection.close();
  }
};
