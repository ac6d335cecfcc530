import type { IncomingHttpHeaders } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { plainAddress } from './network-of.ts';

/** What of a request tells who sends it. */
export interface Peered {
  readonly socket: { readonly remoteAddress?: string | undefined };
  readonly headers: IncomingHttpHeaders;
}

const family = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 4 ? 'ipv4' : 'ipv6');

/** The networks of a text such as `10.0.0.0/8,::1`; undefined where one of them is none. */
export const readNetworks = (text: string): BlockList | undefined => {
  const networks = new BlockList();
  for (const network of text.split(',').map((part) => part.trim())) {
    const [address = '', prefix] = network.split('/');
    const longest = isIP(address) === 4 ? 32 : 128;
    const length = prefix === undefined ? longest : Number(/^\d{1,3}$/.test(prefix) ? prefix : Number.NaN);
    if (isIP(address) === 0 || !(length <= longest)) return undefined;
    networks.addSubnet(address, length, family(address));
  }
  return networks;
};

/**
 * Who sends a request: the address of its socket. Only where that is a trusted proxy does `X-Forwarded-For` count, and of
 * it the last address that is not a trusted proxy's itself: what stands before may have been written by anybody.
 */
export const createPeerOf =
  (trusted: BlockList | undefined) =>
  ({ socket, headers }: Peered): string => {
    const isTrusted = (address: string): boolean =>
      isIP(address) !== 0 && trusted !== undefined && trusted.check(address, family(address));
    let peer = plainAddress(socket.remoteAddress ?? '');
    const forwarded = [headers['x-forwarded-for'] ?? ''].flat().join(',').split(',');
    for (const hop of forwarded.reverse().map((address) => plainAddress(address.trim()))) {
      if (!isTrusted(peer) || isIP(hop) === 0) break;
      peer = hop;
    }
    return peer;
  };
