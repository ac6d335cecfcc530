import assert from 'node:assert/strict';
import { placeOf } from '../../src/web/place-of.ts';

const places: readonly (readonly [url: string, host: string, port: number])[] = [
  ['http://git.example.com/apps', 'git.example.com', 80],
  ['https://git.example.com', 'git.example.com', 443],
  ['https://git.example.com:8443', 'git.example.com', 8443],
  ['https://[2001:db8::1]:6443', '2001:db8::1', 6443],
];

describe('placeOf', () => {
  for (const [url, host, port] of places)
    it(`knows where ${url} leads`, () => {
      assert.deepEqual(placeOf(new URL(url)), { host, port });
    });
});
