import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createForge } from '../../src/forge/create-forge.ts';
import type { Forge } from '../../src/forge/forge.ts';
import { apiLimits, repositoryFetch } from '../../src/forge/repository-fetch.ts';
import { startForge, type Forge as SandboxForge, type ForgeOptions } from '../../src/sandbox/forge/start-forge.ts';
import { bareRepository, type BareRepository } from '../../src/sandbox/git/bare-repository.ts';
import { failed } from '../support/failed.ts';

const now = () => 1_700_000_000_000;
const branch = 'promotions/apps/podinfo/prod/6.1.1+build.7';
const proposal = { branch, base: 'main', title: 'Promote', body: 'evidence' };

describe('forge/github', () => {
  let dir: string;
  let repository: BareRepository;
  let sandbox: SandboxForge;
  let forge: Forge;
  let interfere: ForgeOptions['interfere'];

  const open = (token = 'token') =>
    createForge(
      { type: 'github', url: `${sandbox.url}.git` },
      { token, now, fetch: repositoryFetch({ now, limits: apiLimits }) },
    );
  beforeEach(async () => {
    interfere = undefined;
    dir = await mkdtemp(join(tmpdir(), 'leafwatch-forge-'));
    repository = await bareRepository(dir, { files: { 'a.yaml': 'a: 1\n' } });
    sandbox = await startForge({
      repository,
      owner: 'Org',
      name: 'config',
      token: 'token',
      interfere: (request) => interfere?.(request),
    });
    for (const name of [branch, `${branch}8`, 'other']) {
      await repository.git(['branch', name, 'main']);
      await repository.commit({ 'b.yaml': name }, 'a change', name);
    }
    forge = open();
  });
  afterEach(async () => {
    assert.deepEqual(sandbox.mistakes, []);
    await sandbox.close();
    await rm(dir, { recursive: true, force: true });
  });

  it('opens a pull request, finds it and reads it', async () => {
    assert.equal(await forge.find(branch, 'main'), undefined);
    const { pullRequest, opened } = await forge.open(proposal);
    assert.equal(opened, true);
    const head = (await repository.branches())[branch];
    assert.deepEqual(pullRequest, {
      url: `${sandbox.url}/pull/1`,
      number: 1,
      branch,
      base: 'main',
      head,
      state: 'open',
    });
    assert.deepEqual(await forge.find(branch, 'main'), pullRequest);
    assert.deepEqual(await forge.read(1), pullRequest);
  });

  it('finds the one that is there instead of opening a second', async () => {
    const { pullRequest } = await forge.open(proposal);
    assert.deepEqual(await forge.open(proposal), { pullRequest, opened: false });
  });

  it('closes with a comment, and comments once', async () => {
    await forge.open(proposal);
    await forge.close(1, 'Superseded.');
    await forge.close(1, 'Superseded.');
    assert.equal((await forge.read(1)).state, 'closed');
    assert.equal(sandbox.requests.filter((request) => /POST .*\/comments/.test(request)).length, 1);
    assert.equal((await forge.find(branch, 'main'))?.state, 'closed');
  });

  it('finds by exact head and base alone, and the newest of several', async () => {
    await repository.git(['branch', 'release', 'main']);
    await forge.open({ ...proposal, branch: `${branch}8` });
    await forge.open({ ...proposal, branch: 'other' });
    await forge.open({ ...proposal, base: 'release' });
    assert.equal(await forge.find(branch, 'main'), undefined);
    await forge.open(proposal);
    await forge.close(4, 'no');
    await forge.open(proposal);
    assert.equal((await forge.find(branch, 'main'))?.number, 5);
    assert.equal((await forge.find(branch, 'release'))?.number, 3);
  });

  it('says what a person must change: token, rights, address', async () => {
    const wrong = await failed(open('secret').find(branch, 'main'));
    assert.deepEqual([wrong.remedy, wrong.reason], ['give-up', 'Unauthorized']);
    assert.match(wrong.message, /Bad credentials/);
    interfere = () => ({ status: 403, body: { message: 'Resource not accessible by personal access token' } });
    const forbidden = await failed(forge.find(branch, 'main'));
    assert.deepEqual([forbidden.remedy, forbidden.reason], ['give-up', 'Forbidden']);
    assert.match(forbidden.message, /not accessible by personal access token/);
    interfere = () => ({ status: 404, body: { message: 'Not Found' } });
    assert.equal((await failed(forge.find(branch, 'main'))).reason, 'RepositoryNotFound');
    assert.deepEqual((({ remedy, reason }) => [remedy, reason])(await failed(forge.read(1))), [
      'retry',
      'PullRequestNotFound',
    ]);
    interfere = undefined;
    const unknown = await failed(forge.open({ ...proposal, base: 'nowhere' }));
    assert.deepEqual([unknown.remedy, unknown.reason], ['give-up', 'PullRequestRefused']);
    assert.match(unknown.message, /answers 422 \(Validation Failed.*base/);
  });

  it('comes back later when the forge is limited, down or gone', async () => {
    const limited = async (headers: Record<string, string>, status = 403) => {
      interfere = () => ({ status, headers, body: { message: 'You have exceeded a secondary rate limit' } });
      const { remedy, reason, retryAfter } = await failed(forge.find(branch, 'main'));
      assert.deepEqual([remedy, reason], ['retry', 'RateLimited']);
      return retryAfter;
    };
    assert.equal(await limited({ 'retry-after': '30' }), now() + 30_000);
    assert.equal(await limited({ 'retry-after': '30' }, 429), now() + 30_000);
    assert.equal(await limited({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1700000100' }), 1_700_000_100_000);
    assert.equal(await limited({}), now() + 60_000);
    interfere = () => ({ status: 502, body: { message: 'Server Error' } });
    assert.deepEqual((({ remedy, reason }) => [remedy, reason])(await failed(forge.open(proposal))), [
      'retry',
      'ServerFailed',
    ]);
    interfere = () => 'drop';
    assert.deepEqual((({ remedy, reason }) => [remedy, reason])(await failed(forge.find(branch, 'main'))), [
      'retry',
      'ServerUnreachable',
    ]);
  });

  it('carries the token to no other host', async () => {
    interfere = () => ({ status: 301, headers: { location: 'http://elsewhere.test/api/v3/x?token=1' }, body: {} });
    const failure = await failed(forge.find(branch, 'main'));
    assert.deepEqual([failure.remedy, failure.reason], ['give-up', 'RepositoryMoved']);
    assert.match(failure.message, /redirects to http:\/\/elsewhere\.test\/api\/v3\/x:/);
  });
});
