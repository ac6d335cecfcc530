import { textInBase64 } from './base64-text.ts';
import { certificateProblem } from './certificate-problem.ts';
import type { Credentials } from '../wire/credentials.ts';
import { kubeconfigRefusal } from './kubeconfig-refusal.ts';
import type { KubeconfigCluster } from './kubeconfig-schema.ts';

/** What an operator lets kubeconfigs do beyond the default, by explicit flag. */
export interface Allowed {
  readonly insecureTls: boolean;
  readonly http: boolean;
  /** `proxy-url`: the proxy sees which servers are asked, and Leafwatch connects to whatever it names. */
  readonly proxy?: boolean;
}

/** Where a kubeconfig's cluster is and how TLS is done with it; `path` leads to the entry, for refusals. */
export const endpointOf = (
  cluster: KubeconfigCluster,
  path: string,
  allowed: Allowed,
): Pick<Credentials, 'server' | 'proxy' | 'ca' | 'insecureSkipTlsVerify' | 'tlsServerName'> => {
  const proxy = proxyOf(cluster['proxy-url'], `${path}.proxy-url`, allowed);
  return {
    ...(proxy === undefined ? {} : { proxy }),
    server: serverOf(cluster.server, `${path}.server`, allowed),
    ca: authorityOf(cluster, `${path}.certificate-authority-data`),
    insecureSkipTlsVerify: insecurityOf(cluster, `${path}.insecure-skip-tls-verify`, allowed),
    tlsServerName: cluster['tls-server-name'] ?? undefined,
  };
};

const serverOf = (server: string, path: string, allowed: Allowed): string => {
  const url = URL.canParse(server) ? new URL(server) : undefined;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') throw kubeconfigRefusal(path, 'must be an https URL');
  if (url.protocol === 'http:' && !allowed.http)
    throw kubeconfigRefusal(path, 'is http, which would send the credentials in the clear: use https');
  if (url.username !== '' || url.password !== '') throw kubeconfigRefusal(path, 'must not hold credentials');
  if (url.search !== '' || url.hash !== '') throw kubeconfigRefusal(path, 'must not hold a query or a fragment');
  return url.href.replace(/\/$/, '');
};

const proxyOf = (proxy: string | null | undefined, path: string, allowed: Allowed): string | undefined => {
  if (!proxy) return undefined;
  if (!allowed.proxy)
    throw kubeconfigRefusal(
      path,
      'would send Leafwatch to whatever proxy it names: remove it, or start Leafwatch with --allow-kubeconfig-proxy',
    );
  const url = URL.canParse(proxy) ? new URL(proxy) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw kubeconfigRefusal(path, 'must be the http or https URL of a proxy that knows CONNECT');
  return url.href;
};

const authorityOf = (cluster: KubeconfigCluster, path: string): string | undefined => {
  const ca = textInBase64(cluster['certificate-authority-data']);
  const problem = ca === undefined ? undefined : certificateProblem({ ca });
  if (problem !== undefined) throw kubeconfigRefusal(path, problem);
  return ca;
};

const insecurityOf = (cluster: KubeconfigCluster, path: string, allowed: Allowed): boolean => {
  const insecure = cluster['insecure-skip-tls-verify'] ?? false;
  if (insecure && !allowed.insecureTls)
    throw kubeconfigRefusal(
      path,
      'would let anybody pose as the cluster: use `certificate-authority-data`, or start Leafwatch with --insecure-kubeconfig-tls',
    );
  return insecure;
};
