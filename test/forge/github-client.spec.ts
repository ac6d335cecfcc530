import assert from 'node:assert/strict';
import { createForge } from '../../src/forge/create-forge.ts';
import { FailureError } from '../../src/model/failure.ts';

interface Answer {
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** GitHub as it answers by `answer`, and what it was asked. */
const githubAt = (url: string, answer: (url: URL) => Answer) => {
  const asked: { readonly url: URL; readonly body: unknown; readonly headers: Readonly<Record<string, string>> }[] = [];
  const forge = createForge(
    { type: 'github', url },
    {
      token: 'the-token',
      now: () => 1000,
      fetch: (address, init) => {
        const sent = init?.body?.toString();
        asked.push({
          url: new URL(address),
          body: sent === undefined ? undefined : JSON.parse(sent),
          headers: init?.headers ?? {},
        });
        const { body, headers } = answer(new URL(address));
        return Promise.resolve(
          new Response(JSON.stringify(body), { headers: { 'content-type': 'application/json', ...headers } }),
        );
      },
    },
  );
  return { forge, asked };
};

const pull = (number: number, repository: number) => ({
  number,
  html_url: `https://github.com/org/config/pull/${number}`,
  state: 'open',
  merged_at: null,
  updated_at: '2026-01-01T00:00:00Z',
  head: { ref: 'branch', sha: 'abc', repo: { id: repository } },
  base: { ref: 'main', repo: { id: 1 } },
});

describe('forge/github-client', () => {
  for (const [url, api] of [
    ['https://github.com/org/config', 'https://api.github.com/repos/org/config/pulls'],
    ['https://ghe.example:8443/org/config.git', 'https://ghe.example:8443/api/v3/repos/org/config/pulls'],
  ] as const)
    it(`asks about ${url} at ${api}`, async () => {
      const { forge, asked } = githubAt(url, () => ({ body: [] }));
      assert.equal(await forge.find('branch', 'main'), undefined);
      assert.deepEqual(
        asked.map((one) => one.url.origin + one.url.pathname),
        [api],
      );
    });

  it('searches behind a page that is full of what is not ours', async () => {
    const forks = Array.from({ length: 100 }, (_, index) => pull(300 - index, 2));
    const { forge } = githubAt('https://github.com/org/config', ({ searchParams }) => ({
      body: searchParams.get('page') === '2' ? [pull(7, 1)] : forks,
    }));
    assert.equal((await forge.find('branch', 'main'))?.number, 7);
    assert.deepEqual(
      (await forge.openOf('branch')).map(({ number }) => number),
      [7],
    );
  });

  it('asks for what has changed by the mark of the list before', async () => {
    const { forge, asked } = githubAt('https://github.com/org/config', () => ({
      body: [],
      headers: { etag: 'W/"1"' },
    }));
    const { mark } = await forge.changes();
    await forge.changes(mark);
    assert.deepEqual(
      asked.map(({ headers }) => headers['if-none-match']),
      [undefined, 'W/"1"'],
    );
  });

  it('asks users and teams for a review, each in their own way', async () => {
    const { forge, asked } = githubAt('https://github.com/org/config', () => ({ body: {} }));
    await forge.requestReviews?.(7, ['ann', 'org/sre']);
    assert.deepEqual(
      asked.map(({ body }) => body),
      [{ reviewers: ['ann'], team_reviewers: ['sre'] }],
    );
  });

  describe('the scopes of a classic token', () => {
    const validated = async (scopes: string | undefined) => {
      const headers = scopes === undefined ? {} : { 'x-oauth-scopes': scopes };
      const { forge } = githubAt('https://github.com/org/config', () => ({
        body: { permissions: { pull: true, push: true } },
        headers,
      }));
      const error: unknown = await forge.validate('main').catch((reason: unknown) => reason);
      return error instanceof FailureError ? error.failure : error;
    };

    for (const scopes of ['repo, read:org', 'gist, public_repo', '', undefined])
      it(`pass as ${scopes ?? 'nothing, which others say'}`, async () =>
        assert.equal(await validated(scopes), undefined));

    it('are named where they let nothing be written', async () =>
      assert.deepEqual(await validated('read:org, repo:status'), {
        remedy: 'give-up',
        reason: 'Forbidden',
        message:
          'The token for org/config on github.com has the scopes read:org, repo:status: make one with the scope repo',
      }));
  });
});
