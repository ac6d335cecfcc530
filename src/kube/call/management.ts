import { statSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import { delimiter } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { FailureError } from '../../model/failure.ts';
import { integerOf, recordOf } from '../../model/reading.ts';
import { connectTo, type Connection, type ConnectOptions, type EndpointOptions } from '../wire/connection.ts';

/** The cluster that Leafwatch and the Pipelines live in, for client-node's calls and for our watches. */
export interface Management {
  readonly kubeConfig: KubeConfig;
  readonly connection: Connection;
}

/**
 * Connects with the management cluster: by the kubeconfig at a path, or else as the pod's service account. That kubeconfig
 * is the operator's own, so it may do what those of leaves may not. Throws a FailureError (give up) when there is neither.
 */
export const connectManagement = (
  where: { readonly kubeconfig?: string | undefined },
  options: ConnectOptions = {},
): Management => {
  const kubeConfig = new KubeConfig();
  const server = load(kubeConfig, where.kubeconfig);
  return { kubeConfig, connection: connectTo({ server, options: () => requestOptionsOf(kubeConfig) }, options) };
};

const load = (kubeConfig: KubeConfig, path: string | undefined): string => {
  const doing = path === undefined ? "the pod's service account" : `the kubeconfig ${path}`;
  try {
    if (path === undefined) kubeConfig.loadFromCluster();
    else loadFromFiles(kubeConfig, path);
  } catch (error) {
    throw unusable(`${doing} cannot be read: ${problemOf(error)}`);
  }
  const server = kubeConfig.getCurrentCluster()?.server;
  if (server === undefined) throw unusable(`${doing} ${lackOf(kubeConfig)}`);
  if (URL.canParse(server)) return server;
  // Outside of a pod, client-node makes a URL of the environment variables that are not there.
  throw unusable(
    path === undefined
      ? 'not in a pod, and no kubeconfig was given: pass --kubeconfig'
      : `${doing} names a server that is no URL such as https://host:6443; correct \`server\` of its current cluster`,
  );
};

/**
 * As kubectl reads KUBECONFIG: of several files, those that are not there are passed over, and the first that says a current context, or has
 * a cluster, user or context of some name, says it for all.
 */
const loadFromFiles = (kubeConfig: KubeConfig, paths: string): void => {
  const named = paths.split(delimiter).filter((path) => path !== '');
  const there = named.filter((path) => statSync(path, { throwIfNoEntry: false }) !== undefined);
  const [first = named[0] ?? paths, ...others] = there;
  kubeConfig.loadFromFile(first);
  for (const path of others) {
    const other = new KubeConfig();
    other.loadFromFile(path);
    // To client-node a name that comes twice is an error.
    other.clusters = other.clusters.filter(({ name }) => !kubeConfig.getCluster(name));
    other.users = other.users.filter(({ name }) => !kubeConfig.getUser(name));
    other.contexts = other.contexts.filter(({ name }) => !kubeConfig.getContextObject(name));
    kubeConfig.mergeConfig(other, Boolean(kubeConfig.currentContext));
  }
};

/** The parser's own message quotes the lines, and a line may be the token. */
const problemOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  if (error.name !== 'YAMLException') return error.message;
  const line = integerOf(recordOf(recordOf(error)['mark'])['line']);
  return line === undefined ? 'it is no YAML' : `it is no YAML at line ${line + 1}`;
};

const lackOf = ({ currentContext }: KubeConfig): string =>
  currentContext
    ? `has no cluster for its current context ${currentContext}; set another by kubectl config use-context`
    : 'has no current context; set one by kubectl config use-context';

const unusable = (message: string): FailureError =>
  new FailureError({ remedy: 'give-up', reason: 'NoManagementCluster', message });

/** Asked for each request, since tokens of pods and of cloud providers are renewed all the time. */
const requestOptionsOf = async (kubeConfig: KubeConfig): Promise<EndpointOptions> => {
  const headers: Record<string, string> = {};
  const options: RequestOptions = { headers };
  await kubeConfig.applyToHTTPSOptions(options);
  const { ca, cert, key, pfx, passphrase, servername, rejectUnauthorized, auth } = options;
  return {
    security: { ca, cert, key, pfx, passphrase, servername, rejectUnauthorized },
    headers:
      typeof auth === 'string'
        ? { ...headers, authorization: `Basic ${Buffer.from(auth).toString('base64')}` }
        : headers,
  };
};
