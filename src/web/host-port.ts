/** Where a URL leads; an IPv6 address stands without brackets. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** Host and port that a URL of HTTP names, by the protocol's own port where it names none. */
export const hostPortOf = ({ hostname, port, protocol }: URL): HostPort => ({
  host: hostname.replace(/^\[|\]$/g, ''),
  port: Number(port) || (protocol === 'https:' ? 443 : 80),
});
