import assert from 'node:assert/strict';
import { startConfigRepository, type ConfigRepository } from '../../../src/sandbox/config-repository.ts';
import type { Answer } from '../../../src/sandbox/forge/answer.ts';
import { answerCheck } from '../../../src/sandbox/forge/check-answer.ts';
import { startForge, type Forge } from '../../../src/sandbox/forge/start-forge.ts';
import { git } from '../../../src/sandbox/git/git.ts';

describe('startForge', () => {
  let repository: ConfigRepository;
  let forge: Forge;
  let interference: Answer | 'drop' | undefined;

  beforeEach(async () => {
    interference = undefined;
    repository = await startConfigRepository({ files: { 'a.yaml': 'version: 1\n' } });
    forge = await startForge({
      repository,
      owner: 'acme',
      name: 'config',
      token: 'secret',
      interfere: () => interference,
    });
  });
  afterEach(async () => {
    assert.deepEqual(forge.mistakes, []);
    await forge.close();
    await repository.close();
  });

  const call = async (method: string, path: string, body?: object, headers: Record<string, string> = {}) => {
    const response = await fetch(`${new URL(forge.url).origin}/api/v3/repos/acme/config${path}`, {
      method,
      headers: { authorization: 'token secret', ...headers },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: (text === '' ? undefined : JSON.parse(text)) as never,
    };
  };

  const propose = async (branch: string, version = 2) => {
    await repository.git(['branch', branch, 'main']);
    await repository.commit({ 'a.yaml': `version: ${version}\n` }, `version ${version}`, branch);
    return call('POST', '/pulls', { head: branch, base: 'main', title: `Promote ${version}`, body: 'evidence' });
  };

  it('answers a repository, to the one who has the token', async () => {
    assert.equal((await call('GET', '')).status, 200);
    assert.equal((await call('GET', '', undefined, { authorization: 'token wrong' })).status, 401);
    assert.equal((await fetch(`${new URL(forge.url).origin}/repos/acme/config`)).status, 401);
    assert.equal((await call('GET', '/pulls/7')).status, 404);
    assert.equal((await call('GET', '/nothing')).status, 404);
  });

  it('opens a pull request once, and says so the second time', async () => {
    const { status, body } = await propose('promotions/x/6.1.5');
    assert.equal(status, 201);
    assert.equal((body as { html_url: string }).html_url, `${forge.url}/pull/1`);
    const again = await call('POST', '/pulls', { head: 'promotions/x/6.1.5', base: 'main', title: 't' });
    assert.equal(again.status, 422);
    assert.match(JSON.stringify(again.body), /A pull request already exists for acme:promotions\/x\/6\.1\.5\./);
  });

  it('refuses a pull request without commits, and one of a branch that is not there', async () => {
    await repository.git(['branch', 'same', 'main']);
    assert.match(
      JSON.stringify((await call('POST', '/pulls', { head: 'same', base: 'main', title: 't' })).body),
      /No commits between main and same/,
    );
    assert.equal((await call('POST', '/pulls', { head: 'none', base: 'main', title: 't' })).status, 422);
    assert.equal((await call('POST', '/pulls', { head: 'same', base: 'main' })).status, 422);
  });

  it('lists by head, base and state, in pages', async () => {
    for (const version of [2, 3, 4]) await propose(`b${version}`, version);
    await call('PATCH', '/pulls/2', { state: 'closed' });
    const numbers = async (query: string) =>
      ((await call('GET', `/pulls?${query}`)).body as { number: number }[]).map(({ number }) => number);
    assert.deepEqual(await numbers(''), [3, 1]);
    assert.deepEqual(await numbers('state=all&head=acme:b3'), [2]);
    assert.deepEqual(await numbers('state=all&base=other'), []);
    const page = await call('GET', '/pulls?state=all&per_page=2&page=1');
    assert.match(page.headers.get('link') ?? '', /page=2>; rel="next".*page=2>; rel="last"/);
    assert.deepEqual(await numbers('state=all&per_page=2&page=2'), [1]);
  });

  it('answers 304 to one who has the answer already', async () => {
    const { headers } = await call('GET', '/pulls');
    const response = await fetch(`${new URL(forge.url).origin}/api/v3/repos/acme/config/pulls`, {
      headers: { authorization: 'token secret', 'if-none-match': headers.get('etag') ?? '' },
    });
    assert.equal(response.status, 304);
  });

  it('merges by a commit that git sees, and only once', async () => {
    await propose('b2');
    assert.equal((await call('PUT', '/pulls/1/merge', { sha: 'f'.repeat(40) })).status, 409);
    assert.equal((await call('PUT', '/pulls/1/merge')).status, 200);
    assert.equal(await repository.read('main', 'a.yaml'), 'version: 2\n');
    assert.equal((await repository.log('main'))[0]?.parents.length, 2);
    assert.equal((await call('PUT', '/pulls/1/merge')).status, 405);
    assert.deepEqual(
      (({ state, merged }: { state: string; merged: boolean }) => ({ state, merged }))(
        (await call('GET', '/pulls/1')).body,
      ),
      { state: 'closed', merged: true },
    );
    assert.equal((await call('PATCH', '/pulls/1', { state: 'open' })).status, 422);
  });

  it('does not merge what conflicts', async () => {
    await propose('b2');
    await repository.commit({ 'a.yaml': 'version: 9\n' }, 'another');
    assert.equal(((await call('GET', '/pulls/1')).body as { mergeable: boolean }).mergeable, false);
    assert.equal((await call('PUT', '/pulls/1/merge')).status, 405);
  });

  it('comments, closes and deletes the branch', async () => {
    await propose('promotions/b2');
    assert.equal((await call('POST', '/issues/1/comments', { body: 'superseded' })).status, 201);
    assert.equal(((await call('GET', '/issues/1/comments')).body as object[]).length, 1);
    assert.equal((await call('PATCH', '/pulls/1', { state: 'closed', title: 'new' })).status, 200);
    assert.equal((await call('DELETE', '/git/refs/heads/promotions/b2')).status, 204);
    assert.equal((await call('DELETE', '/git/refs/heads%2Fpromotions%2Fb2')).status, 422);
  });

  it('closes a pull request whose branch is deleted', async () => {
    await propose('b2');
    await call('DELETE', '/git/refs/heads/b2');
    assert.equal(((await call('GET', '/pulls/1')).body as { state: string }).state, 'closed');
  });

  it('serves git at the same address', async () => {
    const address = forge.url.replace('http://', 'http://x:secret@');
    assert.match(await git('/', ['ls-remote', `${address}.git`]), /refs\/heads\/main/);
    assert.match(await git('/', ['ls-remote', address]), /refs\/heads\/main/);
    await assert.rejects(git('/', ['ls-remote', forge.url.replace('http://', 'http://x:wrong@')]));
  });

  it('shows a pull request to a person, and merges it by a button', async () => {
    await propose('b2');
    const page = await (await fetch(`${forge.url}/pull/1`)).text();
    assert.match(page, /Promote 2[^]*evidence[^]*\+version: 2[^]*<button>Merge/);
    assert.match(await (await fetch(`${forge.url}/pulls`)).text(), /pull\/1/);
    const merged = await fetch(`${forge.url}/pull/1/merge`, { method: 'POST' });
    assert.match(await merged.text(), /<strong>merged<\/strong>/);
    assert.equal(await repository.read('main', 'a.yaml'), 'version: 2\n');
  });

  it('lets a test put another answer, or none, in its place', async () => {
    interference = { status: 503, body: {} };
    assert.equal((await call('GET', '')).status, 503);
    interference = 'drop';
    await assert.rejects(call('GET', ''));
  });
});

describe('answerCheck', () => {
  it("throws at an answer that is not GitHub's", () => {
    const check = answerCheck();
    assert.throws(
      () => check('GET /repos/{owner}/{repo}', { status: 200, body: { name: 'x' } }),
      /is not GitHub's: .*required property/,
    );
    assert.throws(() => check('GET /repos/{owner}/{repo}', { status: 201, body: {} }), /has no GET/);
  });
});
