import assert from 'node:assert/strict';
import { hostPortOf } from '../../src/web/host-port.ts';

const urls: readonly (readonly [url: string, host: string, port: number])[] = [
  ['http://git.example.com/apps', 'git.example.com', 80],
  ['https://git.example.com', 'git.example.com', 443],
  ['https://git.example.com:8443', 'git.example.com', 8443],
  ['https://[2001:db8::1]:6443', '2001:db8::1', 6443],
];

describe('hostPortOf', () => {
  for (const [url, host, port] of urls)
    it(`knows where ${url} leads`, () => {
      assert.deepEqual(hostPortOf(new URL(url)), { host, port });
    });
});
