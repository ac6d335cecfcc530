import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startConfigRepository, type ConfigRepository } from '../../src/sandbox/config-repository.ts';
import { git } from '../../src/sandbox/git/git.ts';

describe('config repository', () => {
  let repository: ConfigRepository;
  let dir: string;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'clone-'));
    repository = await startConfigRepository({
      files: { 'a.yaml': 'a: 1\n', 'b/c.yaml': 'é\n' },
      user: 'me',
      password: 'secret',
    });
  });
  after(async () => {
    await repository.close();
    await rm(dir, { recursive: true, force: true });
  });

  const withPassword = (password: string) => repository.url.replace('http://', `http://me:${password}@`);

  it('starts with the files it was given, in one commit', async () => {
    assert.deepEqual(await repository.files('main'), ['a.yaml', 'b/c.yaml']);
    assert.equal(await repository.read('main', 'b/c.yaml'), 'é\n');
    assert.equal((await repository.log('main')).length, 1);
  });

  it('changes, adds and deletes files in a commit', async () => {
    const oid = await repository.commit({ 'a.yaml': null, 'd.yaml': 'd\n' }, 'feat: d');
    assert.equal((await repository.branches())['main'], oid);
    assert.deepEqual(await repository.files('main'), ['b/c.yaml', 'd.yaml']);
    const [newest] = await repository.log('main');
    assert.equal(newest?.subject, 'feat: d');
  });

  it('is cloned and pushed to with the password, by a chunked and compressed request too', async () => {
    const clone = join(dir, 'clone');
    await git(dir, ['clone', '--quiet', withPassword('secret'), clone]);
    await git(clone, ['commit', '--quiet', '--allow-empty', '-m', 'empty '.repeat(1000)]);
    await git(clone, ['-c', 'http.postBuffer=1', 'push', '--quiet', 'origin', 'HEAD:refs/heads/x/y']);
    assert.deepEqual(Object.keys(await repository.branches()), ['main', 'x/y']);
  });

  it('refuses a wrong password and a caller without one', async () => {
    await assert.rejects(git(dir, ['ls-remote', withPassword('wrong')]), /Authentication failed/);
    assert.equal((await fetch(`${repository.url}/info/refs?service=git-receive-pack`)).status, 401);
  });
});
