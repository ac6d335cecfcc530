import { join } from 'node:path';
import { z } from 'zod';
import { namespace, seconds } from '../flag-values.ts';
import { parseFlags, type UsageError } from '../flags.ts';
import { Flags } from '../settings.ts';

const { kubeconfig, minRetryDelay, maxRetryDelay } = Flags.shape;

/** Every flag of `leafwatch explain`, and the Pipeline that it is about. */
export const ExplainFlags = z.object({
  pipeline: z
    .string({ error: 'name the Pipeline to explain: leafwatch explain <pipeline>' })
    .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'a Pipeline has a name such as podinfo; its namespace is given by -n')
    .meta({ operand: true })
    .describe('Name of the Pipeline.'),
  namespace: namespace
    .optional()
    .meta({ short: 'n', value: 'namespace' })
    .describe("Namespace of the Pipeline, that of the kubeconfig's context when absent; -n for short."),
  environment: z
    .string()
    .min(1, 'must be the name of an environment')
    .optional()
    .meta({ short: 'e', value: 'environment' })
    .describe('Explain only what is promoted into this environment; -e for short.'),
  output: z
    .enum(['tree', 'json'], 'must be tree or json')
    .prefault('tree')
    .meta({ short: 'o' })
    .describe('How it is shown; -o for short.'),
  timeout: seconds('10s').describe('How long the management cluster may take to answer.'),
  kubeconfig: kubeconfig.describe(
    'Kubeconfig of the management cluster, ~/.kube/config when absent; in a pod, its service account is used then.',
  ),
  minRetryDelay,
  maxRetryDelay,
});

export type ExplainOptions = z.infer<typeof ExplainFlags>;

/** The kubeconfig that kubectl reads, for people; in a pod there is none, and its service account is used. */
export const ownKubeconfig = ({ HOME, KUBERNETES_SERVICE_HOST }: NodeJS.ProcessEnv): string | undefined =>
  KUBERNETES_SERVICE_HOST || !HOME ? undefined : join(HOME, '.kube', 'config');

/** The options of `leafwatch explain`, or the first mistake in them. Outside of a pod it reads the kubeconfig that kubectl reads. */
export const parseExplainOptions = (argv: readonly string[], env: NodeJS.ProcessEnv): ExplainOptions | UsageError => {
  const parsed = parseFlags(ExplainFlags, argv, env);
  return 'usageError' in parsed ? parsed : { ...parsed, kubeconfig: parsed.kubeconfig ?? ownKubeconfig(env) };
};
