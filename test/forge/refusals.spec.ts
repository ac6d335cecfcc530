import assert from 'node:assert/strict';
import { createForge } from '../../src/forge/create-forge.ts';
import type { Forge } from '../../src/forge/forge.ts';
import { failed } from '../support/failed.ts';

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const message = (text: string) => JSON.stringify({ message: text });
const html = { 'content-type': 'text/html' };

/** What a forge may answer to a question, and what is to be done about it. */
const table: readonly (readonly [what: string, answer: Answer, remedy: string, retryAfter?: number])[] = [
  ['a bad token', { status: 401 }, 'give-up Unauthorized'],
  ['a token without rights', { status: 403 }, 'give-up Forbidden'],
  ['no such repository', { status: 404 }, 'give-up RepositoryNotFound'],
  ['a repository that is gone', { status: 410 }, 'give-up RepositoryNotFound'],
  ['something that is not known yet', { status: 405, body: message('Please try again later') }, 'retry NotNow'],
  ['a conflict', { status: 409 }, 'retry Conflict'],
  ['something that cannot be', { status: 422, body: message('Validation Failed') }, 'give-up PullRequestRefused'],
  ['one that is there but cannot be found yet', { status: 422, body: message('it already exists') }, 'retry Conflict'],
  [
    'a branch that was deleted meanwhile',
    {
      status: 422,
      body: JSON.stringify({
        message: 'Validation Failed',
        errors: [{ resource: 'PullRequest', field: 'head', code: 'invalid' }],
      }),
    },
    'retry Conflict',
  ],
  ['a base branch that there is not', { status: 422, body: message('base invalid') }, 'give-up PullRequestRefused'],
  ['a locked repository', { status: 423 }, 'wait RepositoryLocked'],
  ['the secondary limit', { status: 403, headers: { 'retry-after': '30' } }, 'retry RateLimited', 31_000],
  [
    'the primary limit',
    { status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '61' } },
    'retry RateLimited',
    61_000,
  ],
  [
    'a limit in words',
    { status: 403, body: message('You have exceeded a secondary rate limit') },
    'retry RateLimited',
    61_000,
  ],
  [
    'a limit without end',
    { status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '99999999999' } },
    'retry RateLimited',
    3_601_000,
  ],
  ['a page for people', { status: 200, headers: html, body: '<html>Sign in</html>' }, 'give-up NotAForge'],
];

const types = ['github', 'gitea'] as const;

const forgeThatSays = (type: (typeof types)[number], { status, headers = {}, body = message('no') }: Answer): Forge =>
  createForge(
    { type, url: 'https://forge.example/org/config' },
    {
      token: 'the-token',
      now: () => 1000,
      fetch: () =>
        Promise.resolve(new Response(body, { status, headers: { 'content-type': 'application/json', ...headers } })),
    },
  );

describe('forge/refusals', () => {
  for (const type of types)
    for (const [what, answer, remedy, retryAfter] of table)
      it(`of ${type}: ${what} means ${remedy}`, async () => {
        const forge = forgeThatSays(type, answer);
        const asked = [() => forge.find('branch', 'main'), () => forge.changes()];
        for (const ask of asked) {
          const failure = await failed(ask());
          assert.deepEqual([`${failure.remedy} ${failure.reason}`, failure.retryAfter], [remedy, retryAfter]);
          assert.match(failure.message, /forge\.example/);
          assert.doesNotMatch(failure.message, /the-token|<html>/);
        }
      });

  it('of a write are no reason to believe that nothing was written: it is looked for', async () => {
    const head = { ref: 'branch', label: 'branch', sha: 'abc', repo_id: 1, repo: { id: 1 } };
    const base = { ref: 'main', repo_id: 1, repo: { id: 1 } };
    const there = {
      number: 7,
      html_url: 'https://forge.example/7',
      state: 'open',
      merged: false,
      merged_at: null,
      head,
      base,
    };
    for (const [type, status] of [
      ['github', 422],
      ['gitea', 409],
      ['gitea', 422],
    ] as const) {
      const forge = createForge(
        { type, url: 'https://forge.example/org/config' },
        {
          token: 'the-token',
          now: () => 1000,
          fetch: (url, init) => {
            const answer =
              init?.method === 'POST' ? { message: 'already exists' } : url.includes('?') ? [there] : there;
            const headers = { 'content-type': 'application/json' };
            return Promise.resolve(
              new Response(JSON.stringify(answer), { status: init?.method === 'POST' ? status : 200, headers }),
            );
          },
        },
      );
      const { pullRequest, opened } = await forge.open({ branch: 'branch', base: 'main', title: 't', body: 'b' });
      assert.deepEqual([pullRequest.number, opened], [7, false]);
    }
  });

  it('pass over a pull request of a fork of the same organisation', async () => {
    const fork = {
      ...{
        number: 7,
        html_url: 'u',
        state: 'open',
        merged: false,
        merged_at: null,
        updated_at: '2026-01-01T00:00:00Z',
      },
      head: { ref: 'branch', label: 'org:branch', sha: 'abc', repo_id: 2, repo: { id: 2 } },
      base: { ref: 'main', repo_id: 1, repo: { id: 1 } },
    };
    const forge = forgeThatSays('github', { status: 200, body: JSON.stringify([fork]) });
    assert.equal(await forge.find('branch', 'main'), undefined);
    assert.deepEqual((await forge.changes()).pullRequests, []);
  });
});
