import assert from 'node:assert/strict';
import { createPeerOf, readNetworks, type Peered } from '../../src/http/peer-of.ts';

const from = (remoteAddress: string, forwarded?: string): Peered => ({
  socket: { remoteAddress },
  headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
});

describe('createPeerOf', () => {
  const peerOf = createPeerOf(readNetworks('10.0.0.0/8, 2001:db8::/32'));
  const table: readonly (readonly [string, ReturnType<typeof from>, string])[] = [
    ['the socket’s address', from('192.0.2.1'), '192.0.2.1'],
    ['not what anybody writes', from('192.0.2.1', '198.51.100.7'), '192.0.2.1'],
    ['what a trusted proxy writes', from('10.1.2.3', '198.51.100.7'), '198.51.100.7'],
    ['the last that is no proxy', from('10.1.2.3', '203.0.113.9, 198.51.100.7, 10.9.9.9'), '198.51.100.7'],
    ['a proxy behind IPv6', from('::ffff:10.1.2.3', '198.51.100.7'), '198.51.100.7'],
    ['an IPv6 proxy', from('2001:db8::5', '198.51.100.7'), '198.51.100.7'],
    ['the proxy where it writes nonsense', from('10.1.2.3', 'unknown'), '10.1.2.3'],
    ['the proxy where it writes nothing', from('10.1.2.3'), '10.1.2.3'],
    ['the outermost proxy where all are', from('10.1.2.3', '10.0.0.1'), '10.0.0.1'],
  ];
  for (const [name, request, peer] of table) it(`is ${name}`, () => assert.equal(peerOf(request), peer));

  it('trusts nobody unless told', () => {
    assert.equal(createPeerOf(undefined)(from('10.1.2.3', '198.51.100.7')), '10.1.2.3');
  });

  for (const text of ['', 'proxy', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8,', '::1/129', '10.0.0.0/-1'])
    it(`does not read ${JSON.stringify(text)} as networks`, () => assert.equal(readNetworks(text), undefined));
});
