import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** The hash functions that Flux signs with, and the length of their digests in bytes. */
const digestLengths = { sha224: 28, sha256: 32, sha384: 48, sha512: 64 } as const;
type Algorithm = keyof typeof digestLengths;

// Stands in for keys that are not there, so that a request about nothing costs what one about something does.
const nobodysKey = randomBytes(32);

interface Signature {
  readonly algorithm: Algorithm;
  readonly digest: Buffer;
}

/** Nothing hashes to it: a request without a signature is worked on like one with a wrong one. */
const noSignature: Signature = { algorithm: 'sha256', digest: Buffer.alloc(digestLengths.sha256) };

const read = (header: string | undefined): Signature => {
  const [, algorithm, hex = ''] = /^(sha224|sha256|sha384|sha512)=([0-9a-fA-F]{56,128})$/.exec(header ?? '') ?? [];
  if (algorithm === undefined) return noSignature;
  const digest = Buffer.from(hex, 'hex');
  return digest.length * 2 < hex.length || digest.length !== digestLengths[algorithm as Algorithm]
    ? noSignature
    : { algorithm: algorithm as Algorithm, digest };
};

const isBy = (key: Uint8Array | undefined, body: Uint8Array, { algorithm, digest }: Signature): boolean =>
  timingSafeEqual(
    createHmac(algorithm, key ?? nobodysKey)
      .update(body)
      .digest(),
    digest,
  ) && key !== undefined;

/**
 * Whether `header` (`X-Signature: <algorithm>=<hex>`) is the HMAC of these very bytes by one of the keys: of two at most, the one in use and
 * the next. What is not signed costs the same with none, one or two keys, and with a header that cannot be read. Digests are compared in
 * constant time: what a right signature would be is given to nothing but `timingSafeEqual` (eslint holds it).
 */
export const isSigned = (body: Uint8Array, header: string | undefined, keys: readonly Uint8Array[]): boolean => {
  const signature = read(header);
  return isBy(keys[0], body, signature) || isBy(keys[1], body, signature);
};
