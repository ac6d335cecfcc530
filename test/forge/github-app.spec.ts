import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { githubAppTokens, type GithubApp, type GithubAppTokens } from '../../src/forge/github-app.ts';
import { apiLimits, repositoryFetch } from '../../src/forge/repository-fetch.ts';
import { startForge, type Forge } from '../../src/sandbox/forge/start-forge.ts';
import { bareRepository } from '../../src/sandbox/git/bare-repository.ts';
import { failed } from '../support/failed.ts';

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = (key: typeof pair.privateKey) => key.export({ type: 'pkcs1', format: 'pem' }).toString();
const app: GithubApp = { appId: '12', installationId: '34', privateKey: pem(pair.privateKey) };
const minute = 60_000;

describe('forge/github-app', () => {
  let dir: string;
  let forge: Forge;
  let tokens: GithubAppTokens;
  const start = async (lifetime: number) => {
    const repository = await bareRepository(join(dir, String(lifetime)), { files: { 'a.yaml': 'a: 1\n' } });
    const installed = { id: '12', installation: '34', publicKey: pair.publicKey, lifetime };
    forge = await startForge({ repository, owner: 'org', name: 'config', token: 'unused', app: installed });
  };
  const ask = (other: Partial<GithubApp> = {}) =>
    tokens(forge.url, { ...app, ...other }, repositoryFetch({ now: Date.now, limits: apiLimits }));
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'leafwatch-app-'));
    tokens = githubAppTokens({ now: Date.now });
  });
  afterEach(async () => {
    assert.deepEqual(forge.mistakes, []);
    await forge.close();
    await rm(dir, { recursive: true, force: true });
  });

  it('uses a token as long as it is good for what is to be done', async () => {
    await start(60 * minute);
    assert.equal(await ask(), await ask());
    assert.deepEqual(forge.requests, ['POST /api/v3/app/installations/34/access_tokens']);
  });

  it('asks for another before the one it has is over', async () => {
    await start(5 * minute);
    assert.notEqual(await ask(), await ask());
  });

  it('says which of its three keys to look at, and never the private one', async () => {
    await start(60 * minute);
    const wrong = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    for (const other of [{ appId: '13' }, { installationId: '35' }, { privateKey: pem(wrong) }]) {
      const { remedy, message } = await failed(ask(other));
      assert.equal(remedy, 'give-up');
      assert.match(message, /check githubAppID \(1[23]\), githubAppInstallationID \(3[45]\) and githubAppPrivateKey/);
      assert.doesNotMatch(message, /PRIVATE KEY-/);
    }
    assert.equal((await failed(ask({ privateKey: 'no key' }))).reason, 'InvalidPrivateKey');
  });
});
