import type { RequestOptions } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node';
import { FailureError } from '../../model/failure.ts';
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
    else kubeConfig.loadFromFile(path);
  } catch (error) {
    throw unusable(`${doing} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  const server = kubeConfig.getCurrentCluster()?.server;
  if (server === undefined) throw unusable(`${doing} has no current context`);
  // Outside of a pod, client-node makes a URL of the environment variables that are not there.
  if (!URL.canParse(server)) throw unusable('not in a pod, and no kubeconfig was given: pass --kubeconfig');
  return server;
};

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
