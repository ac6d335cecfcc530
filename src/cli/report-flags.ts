import { z } from 'zod';
import { tableOrJson, yesOrNo } from '../flag-values.ts';
import { parseFlags, type UsageError } from '../flags.ts';
import { ExplainFlags, ownKubeconfig } from './explain-flags.ts';

const { namespace, timeout, kubeconfig } = ExplainFlags.shape;
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
  timeout,
  kubeconfig,
});

export type ReportOptions = z.infer<typeof ReportFlags>;

/** The options of `leafwatch report`, or the first mistake in them. Outside of a pod it reads the kubeconfig that kubectl reads. */
export const parseReportOptions = (argv: readonly string[], env: NodeJS.ProcessEnv): ReportOptions | UsageError => {
  const parsed = parseFlags(ReportFlags, argv, env);
  return 'usageError' in parsed ? parsed : { ...parsed, kubeconfig: parsed.kubeconfig ?? ownKubeconfig(env) };
};
