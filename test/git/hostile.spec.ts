import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gitLimits, repositoryFetch } from '../../src/forge/repository-fetch.ts';
import type { Fetch } from '../../src/web/web-fetch.ts';
import { createClones } from '../../src/git/clones.ts';
import { gitObject } from '../../src/git/git-object.ts';
import { makePack } from '../../src/git/make-pack.ts';
import { pktLine } from '../../src/git/pkt-line.ts';
import { createRepositories, type RepositoryChange } from '../../src/git/repositories.ts';
import { startConfigRepository, type ConfigRepository } from '../../src/sandbox/config-repository.ts';
import { failed } from '../support/failed.ts';

const marker = '# {"$promotion": "apps:podinfo:prod"}';
const mebibyte = 1024 ** 2;

const treeOf = (entries: readonly (readonly [mode: string, name: string, oid: string])[]) =>
  gitObject(
    'tree',
    Buffer.concat(entries.flatMap(([mode, name, oid]) => [Buffer.from(`${mode} ${name}\0`), Buffer.from(oid, 'hex')])),
  );

describe('git with a hostile repository', () => {
  let config: ConfigRepository;
  let cacheDir: string;
  let change: RepositoryChange;
  const fetch = repositoryFetch({ now: () => 0, limits: gitLimits });
  const repositories = (cacheBytes = 64 * mebibyte) =>
    createRepositories({ cacheDir, cacheBytes, clock: { now: () => 0 }, run: createClones() });
  beforeEach(async () => {
    config = await startConfigRepository({ files: { 'a.yaml': `version: 1.0.0 ${marker}\n` } });
    cacheDir = await mkdtemp(join(tmpdir(), 'leafwatch-hostile-'));
    change = {
      url: config.url,
      credentials: { username: 'robot', password: 'word' },
      fetch,
      base: 'main',
      branch: 'promotions/x',
      marker: { namespace: 'apps', pipeline: 'podinfo', environment: 'prod' },
      revision: '2.0.0',
      message: 'promote',
    };
  });
  afterEach(async () => {
    assert.deepEqual(
      Object.keys(await config.branches()).filter((name) => name !== 'main' && name !== 'promotions/x'),
      [],
    );
    await config.close();
    await rm(cacheDir, { recursive: true, force: true });
  });

  /** Makes a tree of any shape the newest of main, by the objects that it is made of. */
  const install = async (objects: readonly ReturnType<typeof gitObject>[], root: string) => {
    const author = 'A <a@example.com> 0 +0000';
    const commit = gitObject('commit', Buffer.from(`tree ${root}\nauthor ${author}\ncommitter ${author}\n\nx\n`));
    const { writeFile } = await import('node:fs/promises');
    const file = join(config.dir, 'objects', 'pack', 'incoming.pack');
    await writeFile(file, makePack([...objects, commit]));
    await config.git(['index-pack', file]);
    await config.git(['update-ref', 'refs/heads/main', commit.oid]);
  };

  it('edits one file in a million, of a tree that is small on disk, in bounded time', async () => {
    const [plain, marked] = ['a: 1\n', `a: 1.0.0 ${marker}\n`].map((text) => gitObject('blob', Buffer.from(text)));
    assert.ok(plain && marked);
    const name = (index: number) => `f${String(index).padStart(4, '0')}`;
    const leaf = treeOf(Array.from({ length: 1000 }, (_, index) => ['100644', `${name(index)}.yaml`, plain.oid]));
    const middle = treeOf(Array.from({ length: 1000 }, (_, index) => ['40000', name(index), leaf.oid]));
    const root = treeOf([
      ['100644', 'marked.yaml', marked.oid],
      ['40000', 'million', middle.oid],
    ]);
    await install([plain, marked, leaf, middle, root], root.oid);
    assert.equal((await repositories().proposeChange(change)).type, 'pushed');
    const other = { ...change, marker: { ...change.marker, environment: 'no' } };
    const proposed = await repositories().proposeChange(other);
    assert.ok(proposed.type === 'no-marker');
    assert.equal(proposed.searched, 1_000_001);
  });

  it('edits a file that lies in more places than could ever be visited, once', async () => {
    const marked = gitObject('blob', Buffer.from(`a: 1.0.0 ${marker}\n`));
    const trees = [treeOf([['100644', 'a.yaml', marked.oid]])];
    for (let level = 0; level < 30; level += 1)
      trees.push(treeOf(Array.from({ length: 10 }, (_, index) => ['40000', `d${index}`, trees.at(-1)!.oid])));
    await install([marked, ...trees], trees.at(-1)!.oid);
    assert.equal((await repositories().proposeChange(change)).type, 'pushed');
  });

  it('says of folders that are nested without end that they are', async () => {
    const trees = [treeOf([['100644', 'a.yaml', gitObject('blob', Buffer.from('a: 1\n')).oid]])];
    for (let level = 0; level < 5000; level += 1) trees.push(treeOf([['40000', 'd', trees.at(-1)!.oid]]));
    await install([gitObject('blob', Buffer.from('a: 1\n')), ...trees], trees.at(-1)!.oid);
    const failure = await failed(repositories().proposeChange(change));
    assert.deepEqual([failure.remedy, failure.reason], ['give-up', 'RepositoryUnreadable']);
  });

  it('ends a pack without end at the limit, and holds none of it in memory', async () => {
    let sent = 0;
    const endless: Fetch = async (url, init) => {
      if (!url.endsWith('/git-upload-pack')) return fetch(url, init);
      const piece = randomBytes(60_000);
      const lines = async function* (): AsyncGenerator<Uint8Array> {
        await Promise.resolve();
        yield Buffer.from('0034shallow 0123456789012345678901234567890123456789'.slice(0, 52));
        yield Buffer.from('0000');
        yield pktLine('NAK\n');
        const head = Buffer.from('\x01PACK\0\0\0\x02\0\x01\0\0', 'latin1');
        yield Buffer.concat([Buffer.from((head.length + 4).toString(16).padStart(4, '0')), head]);
        for (; sent < 2048 * mebibyte; sent += piece.length)
          yield Buffer.concat([Buffer.from((piece.length + 5).toString(16).padStart(4, '0')), Buffer.of(1), piece]);
      };
      return new Response(lines(), { headers: { 'content-type': 'application/x-git-upload-pack-result' } });
    };
    const before = process.memoryUsage().rss;
    const failure = await failed(repositories(32 * mebibyte).proposeChange({ ...change, fetch: endless }));
    assert.deepEqual([failure.remedy, failure.reason], ['give-up', 'RepositoryTooLarge']);
    assert.ok(sent < 40 * mebibyte, `${sent} bytes were sent`);
    assert.ok(process.memoryUsage().rss - before < 150 * mebibyte);
    const [dir] = await readdir(cacheDir);
    assert.ok(dir === undefined || !(await readdir(join(cacheDir, dir))).includes('incoming.pack'));
  });

  it('names large files, files that are no text, symlinks and submodules, whatever characters their names hold', async () => {
    const blob = (text: string | Buffer) => gitObject('blob', Buffer.from(text));
    const large = blob(`a: 1 ${marker}\n#${'x'.repeat(mebibyte)}\n`);
    const binary = blob(Buffer.concat([Buffer.from(`a: 1 ${marker}\n`), Buffer.of(0, 255, 254)]));
    const link = blob('/etc/passwd');
    const root = treeOf([
      ['100644', 'binary.yaml', binary.oid],
      ['100644', 'large\x1b[31m\n.yaml', large.oid],
      ['120000', 'link.yaml', link.oid],
      ['160000', 'module', '1'.repeat(40)],
    ]);
    await install([large, binary, link, root], root.oid);
    const proposed = await repositories().proposeChange(change);
    assert.ok(proposed.type === 'no-marker');
    const { untouchedInWords } = await import('../../src/git/untouched.ts');
    assert.equal(
      untouchedInWords(proposed.untouched),
      'binary.yaml is not UTF-8 text, large�[31m�.yaml is larger than 1 MiB, link.yaml is a symlink, module is a submodule',
    );
    for (const [path, why] of [
      ['link.yaml', 'is a symlink'],
      ['module', 'is a submodule'],
    ] as const)
      assert.deepEqual(await repositories().proposeChange({ ...change, path }), {
        type: 'no-marker',
        searched: 0,
        untouched: [{ path, why }],
      });
  });

  it('refuses a path that leaves the repository, before anything is asked', async () => {
    const offline: Fetch = () => assert.fail('it was asked');
    for (const path of ['..', 'a/../../b', '/etc', 'a\\b', 'a\nb', './..'])
      await repositories()
        .proposeChange({ ...change, path, fetch: offline })
        .then(
          () => assert.fail(path),
          (error: unknown) => assert.match(String(error), /InvalidPath|path .*write a folder inside the repository/),
        );
  });

  it('says of an empty repository that it is empty, and of an unknown base which there are', async () => {
    assert.match((await failed(repositories().proposeChange({ ...change, base: 'trunk' }))).message, /there are main/);
    await config.git(['update-ref', '-d', 'refs/heads/main']);
    assert.match((await failed(repositories().proposeChange(change))).message, /it is empty/);
  });
});
