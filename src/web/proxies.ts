import { BlockList, isIP } from 'node:net';
import { hostPortOf, type HostPort } from './host-port.ts';

/** The proxies that lead to servers, by the server's protocol, and the servers that are reached without: as `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` say it. */
export interface Proxies {
  readonly httpsProxy?: string | undefined;
  readonly httpProxy?: string | undefined;
  readonly noProxy?: string | undefined;
}

const familyOf = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

const isInNetwork = (host: string, network: string): boolean => {
  const [address = '', prefix = ''] = network.split('/');
  const longest = isIP(address) === 6 ? 128 : 32;
  if (isIP(address) === 0 || isIP(host) === 0 || !/^\d{1,3}$/.test(prefix) || Number(prefix) > longest) return false;
  const list = new BlockList();
  list.addSubnet(address, Number(prefix), familyOf(address));
  return list.check(host, familyOf(host));
};

/** Whether a host, without brackets, is this very machine. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || isInNetwork(host, '127.0.0.0/8') || isInNetwork(host, '::1/128');

/** Whether an entry of `NO_PROXY` names a server: a domain with those below it, those below alone, an address, a network, `*`. */
const names = ({ host, port }: HostPort, entry: string): boolean => {
  if (entry === '*') return true;
  if (entry.includes('/')) return isInNetwork(host, entry);
  const [, name = '', only] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(isIP(entry) === 6 ? `[${entry}]` : entry) ?? [];
  if (name === '' || (only !== undefined && only !== String(port))) return false;
  const suffix = name.replace(/^\*?\./, '.');
  return suffix.startsWith('.') ? host.endsWith(suffix) : host === name || host.endsWith(`.${name}`);
};

/**
 * The URL of the proxy that leads to a server; undefined when it is reached without. Read as Go reads it, and so Flux: loopback never
 * goes through a proxy.
 */
export const proxyFor =
  ({ httpsProxy, httpProxy, noProxy = '' }: Proxies) =>
  (server: URL): string | undefined => {
    const end = hostPortOf(server);
    const entries = noProxy.split(',').map((entry) => entry.trim().toLowerCase());
    if (isLoopback(end.host) || entries.some((entry) => names(end, entry))) return undefined;
    return server.protocol === 'https:' ? httpsProxy : httpProxy;
  };
