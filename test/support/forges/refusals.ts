import assert from 'node:assert/strict';
import type { Forge } from '../../../src/forge/forge.ts';
import type { Failure } from '../../../src/model/failure.ts';
import type { FakeForge, Interfere } from './fake-forge.ts';
import { failed } from '../failed.ts';

export type RefusalRow = readonly [
  answer: ReturnType<Interfere>,
  failure: `${Failure['remedy']} ${string}`,
  message: RegExp,
  retryAfter?: number,
];

/** Each row in the forge's place of an answer, and what becomes of it; the rows of `rows` are in the forge's own words. */
export const describeRefusals = (
  bench: () => { readonly fake: FakeForge; readonly forge: Forge },
  rows: Readonly<Record<string, RefusalRow>>,
): void => {
  const all: Readonly<Record<string, RefusalRow>> = {
    ...rows,
    'a request limit': [
      { status: 429, headers: { 'retry-after': '30' }, page: '' },
      'retry RateLimited',
      /answers 429/,
      30_000,
    ],
    'a failing server': [{ status: 500, page: '<html>oops</html>' }, 'retry ServerFailed', /500 \(a web page\)/],
    'a server being restarted': [
      { status: 503, headers: { 'retry-after': '5' }, page: 'soon' },
      'retry ServerFailed',
      /503 \(soon\)/,
      5_000,
    ],
    'a login page': [{ status: 200, page: '<html>Log in</html>' }, 'give-up NotAForge', /something else than JSON/],
    'another address': [
      { status: 301, headers: { location: 'http://elsewhere.test/moved?secret=1' }, page: '' },
      'give-up RepositoryMoved',
      /redirects to http:\/\/elsewhere\.test\/moved:/,
    ],
    'a connection that breaks off': ['drop', 'retry ServerUnreachable', /127\.0\.0\.1/],
    'an answer without end': ['endless', 'retry ServerUnreachable', /larger than/],
  };
  for (const [name, [answer, expected, message, retryAfter]] of Object.entries(all))
    it(`tells of ${name}: ${expected}`, async () => {
      const { fake, forge } = bench();
      fake.interfere = () => answer;
      const failure = await failed(forge.find('b', 'main'));
      assert.equal(`${failure.remedy} ${failure.reason}`, expected);
      assert.match(failure.message, message);
      assert.equal(failure.retryAfter, retryAfter);
    });
};
