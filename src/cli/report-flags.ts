import { z } from 'zod';
import { httpUrl, path, tableOrJson, yesOrNo } from '../flag-values.ts';
import { parseFlags, type UsageError } from '../flags.ts';
import { Flags } from '../settings.ts';
import { ExplainFlags, ownKubeconfig } from './explain-flags.ts';

const { namespace, timeout, kubeconfig } = ExplainFlags.shape;
const { httpsProxy, httpProxy, noProxy } = Flags.shape;
const units = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** Every flag of `leafwatch report`. */
export const ReportFlags = z.object({
  since: z
    .string()
    .regex(/^[1-9]\d{0,3}[mhdw]$/, 'must be a number of minutes, hours, days or weeks, such as 30d')
    .prefault('30d')
    .transform((text) => Number.parseInt(text, 10) * units[text.slice(-1) as keyof typeof units])
    .meta({ value: 'time' })
    .describe('How far to look back: minutes (m), hours (h), days (d) or weeks (w).'),
  namespace: namespace.describe(
    "Namespace of the Pipelines, that of the kubeconfig's context when absent; -n for short.",
  ),
  allNamespaces: yesOrNo(false).describe('Report on the Pipelines of all namespaces.'),
  output: tableOrJson.describe('How it is shown; -o for short.'),
  prometheus: httpUrl('https://prometheus.example.com or http://localhost:9090/prometheus')
    .optional()
    .describe(
      'Address of a Prometheus that reads the metrics of Leafwatch: it is asked where the status does not reach back far enough.',
    ),
  prometheusHeaders: path
    .optional()
    .describe('File of headers that it is sent, one a line, such as Authorization: Bearer <token>.'),
  prometheusLabels: z
    .string()
    .regex(
      /^[a-z_]\w*=[^"\\,=\p{Cc}]+(,[a-z_]\w*=[^"\\,=\p{Cc}]+)*$/iu,
      'must be labels and their values, such as cluster=eu,tier=management',
    )
    .transform((text) => text.split(',').map((label) => label.split('=') as [name: string, value: string]))
    .optional()
    .meta({ value: 'labels' })
    .describe('Labels that tell the metrics of this Leafwatch from those of others in the same store, as name=value,…'),
  timeout: timeout.describe('How long the management cluster may take to answer, and Prometheus each question.'),
  kubeconfig,
  httpsProxy: httpsProxy.describe(
    'Proxy on the way to Prometheus at an https: address; its URL may hold user and password.',
  ),
  httpProxy,
  noProxy: noProxy.describe(
    'Where no proxy is used, comma-separated: domains, addresses and networks, as Flux reads them.',
  ),
});

export type ReportOptions = z.infer<typeof ReportFlags>;

/** The options of `leafwatch report`, or the first mistake in them. Outside of a pod it reads the kubeconfig that kubectl reads. */
export const parseReportOptions = (argv: readonly string[], env: NodeJS.ProcessEnv): ReportOptions | UsageError => {
  // Proxies of a kind that we do not know are in nobody's way who does not ask a Prometheus.
  const { KUBECONFIG } = env;
  const parsed = parseFlags(
    ReportFlags,
    argv,
    argv.some((arg) => arg.startsWith('--prometheus')) ? env : { KUBECONFIG },
  );
  if ('usageError' in parsed) return parsed;
  const { prometheus, prometheusHeaders, prometheusLabels } = parsed;
  if (prometheus === undefined && (prometheusHeaders !== undefined || prometheusLabels !== undefined))
    return { usageError: '--prometheus-headers and --prometheus-labels need --prometheus' };
  return { ...parsed, kubeconfig: parsed.kubeconfig ?? ownKubeconfig(env) };
};
