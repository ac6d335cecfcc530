import assert from 'node:assert/strict';
import crypto, { createHmac } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { isSigned } from '../../src/http/signature.ts';

// RFC 4231, test case 2.
const key = Buffer.from('Jefe');
const body = Buffer.from('what do ya want for nothing?');
const digests = {
  sha224: 'a30e01098bc6dbbf45690f3a7e9e6d0f8bbea2a39e6148008fd05e44',
  sha256: '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  sha384: 'af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649',
  sha512:
    '164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737',
};

/** What is hashed and compared while something is done, in bytes. */
const costOf = (act: () => void): readonly string[] => {
  const cost: string[] = [];
  const { createHmac: make, timingSafeEqual: compare } = crypto;
  const counted: typeof make = (algorithm, by, options) => {
    const hmac = make(algorithm, by, options);
    const update = hmac.update.bind(hmac) as (data: Uint8Array) => typeof hmac;
    return Object.assign(hmac, {
      update: (data: Uint8Array) => {
        cost.push(`${algorithm} of ${data.length}`);
        return update(data);
      },
    });
  };
  crypto.createHmac = counted;
  crypto.timingSafeEqual = (one, other) => {
    cost.push(`compare ${one.byteLength}`);
    return compare(one, other);
  };
  syncBuiltinESMExports();
  try {
    act();
  } finally {
    Object.assign(crypto, { createHmac: make, timingSafeEqual: compare });
    syncBuiltinESMExports();
  }
  return cost;
};

describe('isSigned', () => {
  for (const [algorithm, digest] of Object.entries(digests))
    it(`knows ${algorithm} by the published example`, () => {
      assert.ok(isSigned(body, `${algorithm}=${digest}`, [key]));
      assert.ok(isSigned(body, `${algorithm}=${digest.toUpperCase()}`, [key]));
      assert.ok(!isSigned(Buffer.from('what do ya want for nothing!'), `${algorithm}=${digest}`, [key]));
    });

  it('takes either of two keys while they are exchanged', () => {
    const header = `sha256=${digests.sha256}`;
    assert.ok(isSigned(body, header, [Buffer.from('old'), key]));
    assert.ok(isSigned(body, header, [key, Buffer.from('next')]));
    assert.ok(!isSigned(body, header, [Buffer.from('old'), Buffer.from('next')]));
  });

  const wrong: Readonly<Record<string, string | undefined>> = {
    'no header': undefined,
    'an empty one': '',
    'an unknown algorithm': `md5=${digests.sha256.slice(0, 32)}`,
    'the name of an object member': `constructor=${digests.sha256}`,
    'another algorithm’s digest': `sha512=${digests.sha256}`,
    'a digest that is cut': `sha256=${digests.sha256.slice(0, -2)}`,
    'a digest of odd length': `sha256=${digests.sha256.slice(0, -1)}`,
    'a digest with more behind it': `sha256=${digests.sha256}00`,
    'two digests': `sha256=${digests.sha256},sha256=${digests.sha256}`,
    'no hex': `sha256=${'z'.repeat(64)}`,
    'a space before it': ` sha256=${digests.sha256}`,
    zeros: `sha256=${'0'.repeat(64)}`,
  };
  for (const [name, header] of Object.entries(wrong))
    it(`refuses ${name}`, () => assert.ok(!isSigned(body, header, [key])));

  it('costs the same with no key, one or two, and without a signature that can be read', () => {
    const other = Buffer.from('what do ya want for nothing!');
    const header = `sha256=${digests.sha256}`;
    const cases: readonly (readonly [string | undefined, readonly Uint8Array[]])[] = [
      [header, [key, key]],
      [header, [key]],
      [header, []],
      [undefined, [key, key]],
      ['md5=0', []],
    ];
    const twice = [`sha256 of ${other.length}`, 'compare 32', `sha256 of ${other.length}`, 'compare 32'];
    for (const [signature, keys] of cases)
      assert.deepEqual(
        costOf(() => assert.ok(!isSigned(other, signature, keys))),
        twice,
      );
  });

  it('takes nothing where there is no key, also not what an empty key would sign', () => {
    const empty = createHmac('sha256', '').update(body).digest('hex');
    assert.ok(!isSigned(body, `sha256=${empty}`, []));
  });
});
