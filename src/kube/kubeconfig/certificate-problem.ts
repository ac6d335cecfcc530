import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';

/** Why an authority, or a client's certificate with its key, cannot be used for TLS; undefined when it can. */
export const certificateProblem = (
  material: { readonly ca: string } | { readonly certificate: string; readonly key: string },
): string | undefined => {
  if ('ca' in material) return isCertificate(material.ca) ? undefined : 'holds no PEM certificate';
  if (!isCertificate(material.certificate)) return 'holds no PEM certificate';
  try {
    createSecureContext({ cert: material.certificate, key: material.key });
    return undefined;
  } catch {
    return 'does not fit `client-key-data`, or that is not a PEM key';
  }
};

const isCertificate = (pem: string): boolean => {
  try {
    new X509Certificate(pem);
    return true;
  } catch {
    return false;
  }
};
