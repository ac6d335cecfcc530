import { isIP } from 'node:net';

/** An IPv4 peer of a socket that listens on IPv6 too is written `::ffff:10.0.0.1`. */
export const plainAddress = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '');

const groupsOf = (text: string): readonly string[] =>
  text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16).toString(16));

/**
 * Whose share a request from an address takes: that of the IPv4 address, or of the /64 of the IPv6 address, since who has one of its addresses has
 * them all. What is no address stands for itself.
 */
export const networkOf = (address: string): string => {
  const plain = plainAddress(address);
  if (isIP(plain) !== 6) return plain;
  const [head = '', tail] = plain.split('::');
  const [first, last] = [groupsOf(head), groupsOf(tail ?? '')];
  const between = Array.from({ length: tail === undefined ? 0 : 8 - first.length - last.length }, () => '0');
  return `${[...first, ...between, ...last].slice(0, 4).join(':')}::/64`;
};
