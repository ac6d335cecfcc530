import assert from 'node:assert/strict';
import { networkOf } from '../../src/http/network-of.ts';

describe('networkOf', () => {
  const table: Readonly<Record<string, string>> = {
    '10.0.0.1': '10.0.0.1',
    '::ffff:10.0.0.1': '10.0.0.1',
    '2001:db8:1:2:3:4:5:6': '2001:db8:1:2::/64',
    '2001:db8:1:2::': '2001:db8:1:2::/64',
    '2001:DB8:0001:2::9': '2001:db8:1:2::/64',
    '2001:db8::1': '2001:db8:0:0::/64',
    '2001::1:2:3:4:5:6': '2001:0:1:2::/64',
    '::1': '0:0:0:0::/64',
    '::': '0:0:0:0::/64',
    'fe80::1%eth0': 'fe80:0:0:0::/64',
    nobody: 'nobody',
    '': '',
  };
  for (const [address, network] of Object.entries(table))
    it(`of ${JSON.stringify(address)} is ${JSON.stringify(network)}`, () => assert.equal(networkOf(address), network));
});
