import { z } from 'zod';
import { seconds, tableOrJson } from '../flag-values.ts';
import { parseFlags, type UsageError } from '../flags.ts';
import { Flags, type Settings } from '../settings.ts';
import { ExplainFlags, ownKubeconfig } from './explain-flags.ts';

const { namespace, registrationNamespaces } = Flags.shape;
const { insecureKubeconfigTls, insecureKubeconfigHttp, allowKubeconfigProxy } = Flags.shape;

/** Every flag of `leafwatch clusters`; those that `run` has too mean the same, and are best given the same values. */
export const ClustersFlags = z.object({
  output: tableOrJson.describe('How the clusters are shown; -o for short.'),
  timeout: seconds('10s').describe('How long a cluster may take to answer, and the management cluster before them.'),
  kubeconfig: ExplainFlags.shape.kubeconfig,
  namespace,
  registrationNamespaces,
  insecureKubeconfigTls,
  insecureKubeconfigHttp,
  allowKubeconfigProxy,
});

export type ClustersOptions = Omit<z.infer<typeof ClustersFlags>, 'registrationNamespaces'> &
  Pick<Settings, 'registrationNamespaces'>;

/** The options of `leafwatch clusters`, or the first mistake in them. */
export const parseClustersOptions = (argv: readonly string[], env: NodeJS.ProcessEnv): ClustersOptions | UsageError => {
  const parsed = parseFlags(ClustersFlags, argv, env);
  if ('usageError' in parsed) return parsed;
  const { kubeconfig = ownKubeconfig(env), registrationNamespaces = [parsed.namespace] } = parsed;
  return { ...parsed, kubeconfig, registrationNamespaces };
};
