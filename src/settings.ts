import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import {
  address,
  count,
  duration,
  httpUrl,
  namespace,
  path,
  proxy,
  selector,
  signature,
  size,
  yesOrNo,
} from './flag-values.ts';
import { parseFlags, type UsageError } from './flags.ts';
import { readNetworks } from './http/peer-of.ts';

const receiver = httpUrl('http://notification-controller.flux-system.svc.cluster.local./');

/**
 * Every flag of `leafwatch run`, as text goes in and as values come out; a property's name in kebab-case is the flag's.
 * `value` is how help calls its value, `env` the environment variable that stands in for it. Durations become milliseconds.
 */
export const Flags = z.object({
  kubeconfig: z
    .string()
    .min(1, 'must be a path')
    .optional()
    .meta({ value: 'path', env: 'KUBECONFIG' })
    .describe('Kubeconfig of the management cluster; in a pod, its service account is used when this is absent.'),
  namespace: namespace
    .prefault('leafwatch-system')
    .meta({ value: 'namespace', env: 'RUNTIME_NAMESPACE' })
    .describe('Namespace that Leafwatch runs in: its Lease and the registrations of clusters live there.'),
  watchAllNamespaces: yesOrNo(true).describe('Watch Pipelines in all namespaces, or else in our own only.'),
  watchLabelSelector: selector
    .optional()
    .describe('Watch only the Pipelines whose labels match, for instance sharding.fluxcd.io/key=shard1.'),
  registrationNamespaces: z
    .string()
    .transform((text) => text.split(',').map((name) => name.trim()))
    .pipe(z.array(namespace))
    .optional()
    .meta({ value: 'namespaces' })
    .describe('Namespaces whose labelled Secrets register clusters, comma-separated; our own when absent.'),
  noCrossNamespaceRefs: yesOrNo(false).describe(
    'Refuse a clusterRef that names another namespace than that of its Pipeline.',
  ),
  insecureKubeconfigTls: yesOrNo(false).describe('Accept insecure-skip-tls-verify in the kubeconfigs of clusters.'),
  insecureKubeconfigHttp: yesOrNo(false).describe('Accept servers without TLS (http:) in the kubeconfigs of clusters.'),
  allowKubeconfigProxy: yesOrNo(false).describe(
    'Reach clusters through the HTTP proxy that proxy-url in their kubeconfigs names.',
  ),
  insecureRepositoryHttp: yesOrNo(false).describe(
    'Accept config repositories at http: addresses other than loopback; credentials go over the network in clear.',
  ),
  httpsProxy: proxy
    .optional()
    .meta({ value: 'url', env: 'HTTPS_PROXY' })
    .describe(
      'Proxy on the way to forges, config repositories and receivers of events at https: addresses; its URL may hold user and password.',
    ),
  httpProxy: proxy.optional().meta({ value: 'url', env: 'HTTP_PROXY' }).describe('The same for http: addresses.'),
  noProxy: z
    .string()
    .optional()
    .meta({ value: 'hosts', env: 'NO_PROXY' })
    .describe(
      'Forges, config repositories and receivers of events that are reached without a proxy, comma-separated: domains, addresses and networks, as Flux reads them.',
    ),
  concurrent: count(50).describe('How many Pipelines are worked on at a time; at most half of them at one git host.'),
  minRetryDelay: duration('750ms').describe('How long to wait before the first retry of what failed.'),
  maxRetryDelay: duration('15m').describe('The longest wait between retries.'),
  pullRequestInterval: duration('1m').describe('How often an open pull request is looked at.'),
  cacheDir: z
    .string()
    .min(1, 'must be a path')
    .prefault(join(tmpdir(), 'leafwatch'))
    .meta({ value: 'path' })
    .describe('Folder for the clones of config repositories.'),
  cacheSize: size('1Gi').describe(
    'How much the clones may take together, and one repository at most; those used longest ago are removed.',
  ),
  gitAuthor: signature
    .prefault('Leafwatch <leafwatch@localhost>')
    .describe('Whom the commits of promotions are by. Branches by another than this count as a person’s.'),
  gitCommitter: signature.optional().describe('Who commits them; the author when absent.'),
  enableLeaderElection: yesOrNo(true).describe(
    'Act only while holding the Lease, so that several replicas can run; without it there must be one.',
  ),
  gracefulShutdownTimeout: duration('10s').describe('How long work under way may take to end after a stop signal.'),
  metricsAddr: address.prefault(':8080').describe('Where /metrics is served.'),
  healthAddr: address.prefault(':9440').describe('Where /healthz and /readyz are served.'),
  eventsAddr: receiver
    .optional()
    .describe("Address of Flux's notification-controller, which is told of deployments, promotions and approvals."),
  cloudeventsSink: receiver.optional().describe('Address that CDEvents are posted to, as CloudEvents over HTTP.'),
  webhookAddr: address
    .optional()
    .describe('Where signed events of Flux are heard, for instance :8082; nowhere when absent.'),
  webhookCertFile: path.optional().describe('Certificate (PEM) of the webhook; it is read anew when it changes.'),
  webhookKeyFile: path.optional().describe('Private key (PEM) of that certificate.'),
  webhookClockTolerance: duration('10m').describe('How far the time of an event may be from ours.'),
  insecureWebhooks: yesOrNo(false).describe('Hear unsigned events about Pipelines that name no key.'),
  trustedProxies: z
    .string()
    .refine((text) => readNetworks(text) !== undefined, 'must be networks such as 10.0.0.0/8,192.0.2.1')
    .optional()
    .meta({ value: 'networks' })
    .describe('Proxies whose X-Forwarded-For says who sends a webhook, comma-separated.'),
  logLevel: z
    .enum(['debug', 'info', 'warn', 'error'], 'must be debug, info, warn or error')
    .prefault('info')
    .describe('The least severe lines that are logged.'),
  logEncoding: z
    .enum(['json', 'console'], 'must be json or console')
    .prefault('json')
    .describe('How lines are logged.'),
});

/** What the flags and the environment say. */
export type Settings = Omit<z.infer<typeof Flags>, 'registrationNamespaces' | 'gitCommitter'> & {
  readonly registrationNamespaces: readonly string[];
  readonly gitCommitter: z.infer<typeof signature>;
};

/** What the settings let the kubeconfigs of clusters do. */
export const allowedBy = (
  settings: Pick<Settings, 'insecureKubeconfigTls' | 'insecureKubeconfigHttp' | 'allowKubeconfigProxy'>,
) => ({
  insecureTls: settings.insecureKubeconfigTls,
  http: settings.insecureKubeconfigHttp,
  proxy: settings.allowKubeconfigProxy,
});

/** The settings of `leafwatch run`, or the first mistake in them. */
export const parseSettings = (argv: readonly string[], env: NodeJS.ProcessEnv): Settings | UsageError => {
  const parsed = parseFlags(Flags, argv, env);
  if ('usageError' in parsed) return parsed;
  if (parsed.minRetryDelay > parsed.maxRetryDelay)
    return { usageError: '--min-retry-delay must not be above --max-retry-delay' };
  if ((parsed.webhookCertFile === undefined) !== (parsed.webhookKeyFile === undefined))
    return { usageError: '--webhook-cert-file and --webhook-key-file go together' };
  return {
    ...parsed,
    registrationNamespaces: parsed.registrationNamespaces ?? [parsed.namespace],
    gitCommitter: parsed.gitCommitter ?? parsed.gitAuthor,
  };
};
