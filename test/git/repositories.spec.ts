import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gitLimits, repositoryFetch } from '../../src/forge/repository-fetch.ts';
import type { Fetch } from '../../src/web/web-fetch.ts';
import { createClones } from '../../src/git/clones.ts';
import { createRepositories, type Repositories, type RepositoryChange } from '../../src/git/repositories.ts';
import { startConfigRepository, type ConfigRepository } from '../../src/sandbox/config-repository.ts';
import { failed } from '../support/failed.ts';

const markerLine = (environment: string, pipeline = 'podinfo') => `# {"$promotion": "apps:${pipeline}:${environment}"}`;
const release = (version: string, environment: string) =>
  `apiVersion: helm.toolkit.fluxcd.io/v2\r\nkind: HelmRelease\r\nspec:\r\n  chart:\r\n    spec:\r\n      version: ${version} ${markerLine(environment)}\r\n`;

const files = {
  'README.md': `Write ${markerLine('staging')} beside the version.\n`,
  'clusters/dev/podinfo.yaml': release('6.1.5', 'dev'),
  'clusters/staging/podinfo.yaml': release('6.1.4', 'staging'),
  'clusters/staging-eu/podinfo.yaml': release('6.1.4', 'staging-eu'),
  'clusters/staging/other.yaml': 'kind: ConfigMap\n',
};

const branch = 'promotions/apps/podinfo/staging/6.1.5';
const fetch = repositoryFetch({ now: () => 0, limits: gitLimits });
describe('git/repositories', () => {
  let config: ConfigRepository;
  let cacheDir: string;
  let repositories: Repositories;
  let change: RepositoryChange;
  const open = () => createRepositories({ cacheDir, clock: { now: () => 1_700_000_000_000 }, run: createClones() });

  beforeEach(async () => {
    config = await startConfigRepository({ files, user: 'robot', password: 'pa:ss' });
    cacheDir = await mkdtemp(join(tmpdir(), 'leafwatch-git-'));
    repositories = open();
    change = {
      url: config.url,
      credentials: { username: 'robot', password: 'pa:ss' },
      fetch,
      base: 'main',
      branch,
      marker: { namespace: 'apps', pipeline: 'podinfo', environment: 'staging' },
      revision: '6.1.5',
      message: 'chore: promote podinfo to 6.1.5 in staging',
    };
  });
  afterEach(async () => {
    await config.close();
    await rm(cacheDir, { recursive: true, force: true });
  });

  it('pushes one commit on the tip of the base, with the marked bytes changed and no other', async () => {
    const proposed = await repositories.proposeChange(change);
    const { main, [branch]: head } = await config.branches();
    assert.deepEqual(proposed, { type: 'pushed', head, untouched: [] });
    const [commit, ...more] = await config.log(`main..${branch}`);
    assert.deepEqual(more, []);
    assert.deepEqual(commit, { oid: head, parents: [main], author: 'Leafwatch', subject: change.message });
    assert.equal((await config.git(['diff', '--name-only', 'main', branch])).trim(), 'clusters/staging/podinfo.yaml');
    assert.equal(await config.read(branch, 'clusters/staging/podinfo.yaml'), release('6.1.5', 'staging'));
    assert.equal(
      (await config.git(['show', '-s', '--format=%ae %ce %at', branch])).trim(),
      'leafwatch@localhost leafwatch@localhost 1700000000',
    );
    await config.git(['fsck', '--strict']);
  });

  it('finds its own branch after a crash, in this process or the next', async () => {
    const pushed = await repositories.proposeChange(change);
    assert.ok(pushed.type === 'pushed');
    for (const next of [repositories, open()])
      assert.deepEqual(await next.proposeChange(change), {
        type: 'already-there',
        head: pushed.head,
        isOurs: true,
        untouched: [],
      });
  });

  it('makes its own branch anew when the base has moved', async () => {
    await repositories.proposeChange(change);
    const main = await config.commit({ 'new.yaml': 'a: 1\n' }, 'something else');
    const again = await repositories.proposeChange(change);
    assert.ok(again.type === 'pushed');
    assert.deepEqual(
      (await config.log(`main..${branch}`)).map(({ oid, parents }) => [oid, parents]),
      [[again.head, [main]]],
    );
  });

  it('makes no branch anew that is gone by then', async () => {
    await assert.rejects(repositories.proposeChange({ ...change, anew: true }), /has no branch \S+ any more$/);
    assert.deepEqual(Object.keys(await config.branches()), ['main']);
    await repositories.proposeChange(change);
    await config.commit({ 'new.yaml': 'a: 1\n' }, 'something else');
    assert.equal((await repositories.proposeChange({ ...change, anew: true })).type, 'pushed');
  });

  it("keeps a person's commit on the branch", async () => {
    await repositories.proposeChange(change);
    const head = await config.commit({ 'clusters/staging/fix.yaml': 'a: 1\n' }, 'fix values', branch);
    await config.commit({ 'new.yaml': 'a: 1\n' }, 'the base moves on');
    assert.deepEqual(await repositories.proposeChange(change), {
      type: 'already-there',
      head,
      isOurs: false,
      untouched: [],
    });
    assert.equal((await config.branches())[branch], head);
  });

  it('pushes nothing when the base says the revision already', async () => {
    await config.commit({ 'clusters/staging/podinfo.yaml': release('6.1.5', 'staging') }, 'by hand');
    assert.deepEqual(await repositories.proposeChange(change), {
      type: 'nothing-to-change',
      isOurs: true,
      untouched: [],
    });
    assert.deepEqual(Object.keys(await config.branches()), ['main']);
  });

  it('looks at what the base says, and pushes nothing', async () => {
    await repositories.proposeChange(change);
    await config.commit({ 'clusters/staging/other.yaml': 'kind: Secret\n' }, 'base moves');
    const before = await config.branches();
    assert.deepEqual(await repositories.lookAt(change), { type: 'to-change' });
    assert.deepEqual(await config.branches(), before);
    await config.commit({ 'clusters/staging/podinfo.yaml': release('6.1.5', 'staging') }, 'by hand');
    for (const isOurs of [true, false]) {
      assert.deepEqual(await repositories.lookAt(change), { type: 'nothing-to-change', isOurs, untouched: [] });
      await config.commit({ 'fix.yaml': 'a: 1\n' }, 'a fix', branch);
    }
  });

  it('proposes what it looked at just now by the push alone, and with another look where that was outdated', async () => {
    const asked: string[] = [];
    const counted: RepositoryChange = {
      ...change,
      fetch: (url, init) => {
        asked.push(url.slice(config.url.length));
        return fetch(url, init);
      },
    };
    const propose = async (lookedAt: boolean) => {
      asked.length = 0;
      const { type } = await repositories.proposeChange({ ...counted, lookedAt });
      return [type, ...asked];
    };
    await repositories.lookAt(counted);
    assert.deepEqual(await propose(true), ['pushed', '/git-receive-pack']);
    // What was pushed is no longer what was looked at.
    assert.deepEqual((await propose(true)).slice(0, 2), ['already-there', '/info/refs?service=git-receive-pack']);
    await config.git(['branch', '-D', branch]);
    await repositories.lookAt(counted);
    assert.equal((await propose(false))[1], '/info/refs?service=git-receive-pack');
    await config.git(['branch', '-D', branch]);
    await repositories.lookAt(counted);
    // Meanwhile another controller has pushed it.
    const { main } = await config.branches();
    await open().proposeChange(change);
    const [type, ...requests] = await propose(true);
    assert.equal(type, 'already-there');
    assert.deepEqual(requests.slice(0, 2), ['/git-receive-pack', '/info/refs?service=git-receive-pack']);
    assert.deepEqual(
      (await config.log(`main..${branch}`)).map(({ parents }) => parents),
      [[main]],
    );
  });

  it('pushes nothing without a marker, and tells how many files it searched, also when it knows them already', async () => {
    const marker = { ...change.marker, environment: 'prod' };
    for (const next of [repositories, repositories, open()])
      assert.deepEqual(await next.proposeChange({ ...change, marker }), {
        type: 'no-marker',
        searched: 4,
        untouched: [],
      });
    assert.deepEqual(await repositories.proposeChange({ ...change, path: './clusters/dev/' }), {
      type: 'no-marker',
      searched: 1,
      untouched: [],
    });
    assert.deepEqual(await repositories.proposeChange({ ...change, path: 'nowhere' }), {
      type: 'no-marker',
      searched: 0,
      untouched: [],
    });
    assert.deepEqual(Object.keys(await config.branches()), ['main']);
  });

  it('sees a marker that was added to a file known to hold none', async () => {
    const marker = { ...change.marker, environment: 'prod' };
    await repositories.proposeChange({ ...change, marker });
    await config.commit({ 'clusters/staging/other.yaml': `a: 1 ${markerLine('prod')}\n` }, 'mark it');
    assert.equal((await repositories.proposeChange({ ...change, marker })).type, 'pushed');
    assert.equal(await config.read(branch, 'clusters/staging/other.yaml'), `a: 6.1.5 ${markerLine('prod')}\n`);
  });

  it('writes several files in several folders in one commit', async () => {
    const again = { 'a/b/one.yml': release('6.1.3', 'staging'), 'z.yaml': release('"6.1.3"', 'staging') };
    await config.commit(again, 'more');
    assert.equal((await repositories.proposeChange(change)).type, 'pushed');
    assert.equal((await config.log(`main..${branch}`)).length, 1);
    assert.equal(await config.read(branch, 'a/b/one.yml'), release('6.1.5', 'staging'));
    assert.equal(await config.read(branch, 'z.yaml'), release('"6.1.5"', 'staging'));
    await config.git(['fsck', '--strict']);
  });

  it('names the file that holds the marker and is broken', async () => {
    await config.commit({ 'clusters/broken.yaml': `a: [1 ${markerLine('staging')}\nb: {{ x }}\n` }, 'break it');
    const failure = await failed(repositories.proposeChange(change));
    assert.equal(failure.reason, 'MarkerUnusable');
    assert.equal(failure.remedy, 'wait');
    assert.match(failure.message, /clusters\/broken\.yaml .*not valid YAML/);
    assert.deepEqual(Object.keys(await config.branches()), ['main']);
  });

  it('touches neither symlinks nor large nor binary nor other broken files', async () => {
    const blob = (await config.git(['hash-object', '-w', '--stdin'], '/etc/passwd')).trim();
    await config.commit(
      {
        'big.yaml': `${release('6.1.4', 'staging')}#${'x'.repeat(1024 * 1024)}\n`,
        'broken.yaml': `a: [ ${markerLine('dev')}\n`,
      },
      'odd files',
    );
    await config.git(
      ['fast-import', '--quiet', '--date-format=now'],
      `commit refs/heads/main\ncommitter A <a@example.com> now\ndata 4\nlink\nfrom refs/heads/main^0\nM 120000 ${blob} link.yaml\n\n`,
    );
    assert.equal((await repositories.proposeChange(change)).type, 'pushed');
    assert.equal((await config.git(['diff', '--name-only', 'main', branch])).trim(), 'clusters/staging/podinfo.yaml');
    assert.match(await config.git(['ls-tree', branch, 'link.yaml']), /^120000 /);
  });

  it('makes a broken clone anew', async () => {
    await repositories.proposeChange(change);
    await config.git(['branch', '-D', branch]);
    const [clone = ''] = await readdir(cacheDir);
    await truncate(join(cacheDir, clone, 'objects'), 20);
    assert.equal((await open().proposeChange(change)).type, 'pushed');
  });

  it('loses against whoever moved the branch in between, and moves nothing', async () => {
    const racing: Fetch = async (url, init) => {
      if (init?.method === 'POST' && url.endsWith('/git-receive-pack'))
        await config.commit({ x: 'y' }, 'a person was faster', branch);
      return fetch(url, init);
    };
    const failure = await failed(repositories.proposeChange({ ...change, fetch: racing }));
    assert.equal(failure.reason, 'PushRejected');
    assert.equal(failure.remedy, 'retry');
    assert.deepEqual(
      (await config.log(branch)).map(({ subject }) => subject),
      ['a person was faster'],
    );
  });

  it("hands on the server's own words when a hook refuses, which a person must change", async () => {
    const { chmod, mkdir, writeFile } = await import('node:fs/promises');
    await mkdir(join(config.dir, 'hooks'), { recursive: true });
    const hook = join(config.dir, 'hooks', 'pre-receive');
    await writeFile(hook, '#!/bin/sh\necho "GH006: only on Mondays" >&2\nexit 1\n');
    await chmod(hook, 0o755);
    const failure = await failed(repositories.proposeChange(change));
    assert.equal(failure.remedy, 'give-up');
    assert.match(failure.message, /GH006: only on Mondays/);
  });

  it('says what is wrong: credentials, base branch, address', async () => {
    const reasonOf = async (other: Partial<RepositoryChange>) => {
      const { remedy, reason, message } = await failed(repositories.proposeChange({ ...change, ...other }));
      assert.doesNotMatch(message, /secret-word/);
      return `${remedy} ${reason}`;
    };
    const credentials = { username: 'robot', password: 'secret-word' };
    assert.equal(await reasonOf({ credentials }), 'give-up Unauthorized');
    assert.equal(await reasonOf({ base: 'trunk' }), 'wait BaseBranchNotFound');
    assert.equal(await reasonOf({ url: config.url.replace('config.git', 'else.git') }), 'give-up RepositoryNotFound');
    assert.equal(await reasonOf({ url: 'http://127.0.0.1:1/x' }), 'retry ServerUnreachable');
    assert.equal(await reasonOf({ url: 'git@github.com:org/repo.git' }), 'give-up InvalidRepositoryUrl');
    assert.equal(
      await reasonOf({ url: 'https://user:secret-word@github.com/org/repo' }),
      'give-up InvalidRepositoryUrl',
    );
    assert.equal(await reasonOf({ path: '../../etc' }), 'give-up InvalidPath');
  });

  it('does several changes of one repository one after the other, all of them', async () => {
    const revisions = ['6.2.0', '6.2.1', '6.2.2', '6.2.3'];
    const proposed = await Promise.all(
      revisions.map((revision) =>
        repositories.proposeChange({ ...change, revision, branch: `promotions/${revision}` }),
      ),
    );
    assert.deepEqual(
      proposed.map(({ type }) => type),
      revisions.map(() => 'pushed'),
    );
    assert.deepEqual(Object.keys(await config.branches()), [
      'main',
      ...revisions.map((revision) => `promotions/${revision}`),
    ]);
  });
});
