import { X509Certificate } from 'node:crypto';
import type { Credentials } from '../wire/credentials.ts';

/** When the certificates of credentials end, in milliseconds; undefined where there is none. */
export interface CertificateEnds {
  readonly client: number | undefined;
  readonly authority: number | undefined;
}

/** The ends of a client's certificate and of the authority; of several authorities the last, since one that holds is enough. */
export const certificateEnds = ({ auth, ca }: Credentials): CertificateEnds => ({
  client: auth.type === 'certificate' ? endOf(auth.certificate) : undefined,
  authority: ca === undefined ? undefined : latest(blocksIn(ca).map(endOf)),
});

const begin = '-----BEGIN CERTIFICATE-----';
const end = '-----END CERTIFICATE-----';

const blocksIn = (pem: string): readonly string[] =>
  pem
    .split(end)
    .slice(0, -1)
    .filter((part) => part.includes(begin))
    .map((part) => `${part.slice(part.lastIndexOf(begin))}${end}`);

const latest = (ends: readonly (number | undefined)[]): number | undefined => {
  const known = ends.filter((end) => end !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
};

const endOf = (pem: string): number | undefined => {
  try {
    return Date.parse(new X509Certificate(pem).validTo);
  } catch {
    return undefined;
  }
};
