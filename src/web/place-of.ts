/** Where a URL leads; an IPv6 address stands without brackets. */
export interface Place {
  readonly host: string;
  readonly port: number;
}

/** The place that a URL of HTTP names, by the protocol's own port where it names none. */
export const placeOf = ({ hostname, port, protocol }: URL): Place => ({
  host: hostname.replace(/^\[|\]$/g, ''),
  port: Number(port) || (protocol === 'https:' ? 443 : 80),
});
