import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** The hash functions that Flux signs with, and the length of their digests in bytes. */
const digestLengths = { sha224: 28, sha256: 32, sha384: 48, sha512: 64 } as const;
type Algorithm = keyof typeof digestLengths;

/** As many keys as a rotation needs: the one in use, and the next. */
const keysAtOnce = 2;

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

/**
 * Whether `header` (`X-Signature: <algorithm>=<hex>`) is the HMAC of these very bytes by one of the keys. The work is the
 * same for none, one or two keys, and for a header that cannot be read; digests are compared in constant time.
 */
export const isSigned = (body: Uint8Array, header: string | undefined, keys: readonly Uint8Array[]): boolean => {
  const { algorithm, digest } = read(header);
  let signed = false;
  for (let index = 0; index < keysAtOnce; index += 1) {
    const key = keys[index];
    const expected = createHmac(algorithm, key ?? nobodysKey)
      .update(body)
      .digest();
    const equal = timingSafeEqual(expected, digest);
    signed = (equal && key !== undefined) || signed;
  }
  return signed;
};
