import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gitLimits, repositoryFetch } from '../../src/forge/repository-fetch.ts';
import type { Fetch } from '../../src/web/web-fetch.ts';
import { createClones, surplusOf } from '../../src/git/clones.ts';
import { createRepositories, type RepositoryChange } from '../../src/git/repositories.ts';
import { startWorker } from '../../src/git/start-worker.ts';
import { FailureError } from '../../src/model/failure.ts';
import { startConfigRepository, type ConfigRepository } from '../../src/sandbox/config-repository.ts';

const manifest = (version: string, app: string) => `version: ${version} # {"$promotion": "apps:${app}:prod"}\n`;
const apps = Array.from({ length: 20 }, (_, index) => `app-${index}`);

/** What the head of a pack announces, wherever in a message it begins. */
const objectsIn = (message: Buffer): number => message.readUInt32BE(message.indexOf('PACK') + 8);

describe('git/clones', () => {
  let config: ConfigRepository;
  let cacheDir: string;
  let requests: string[];
  /** How many objects the packs hold that came, and that were sent. */
  let [came, sent]: [number[], number[]] = [[], []];
  const web = repositoryFetch({ now: () => 0, limits: gitLimits });
  const fetch: Fetch = async (url, init) => {
    requests.push(`${init?.method ?? 'GET'} ${url.slice(config.url.length)}`);
    if (init?.body && url.endsWith('/git-receive-pack')) sent.push(objectsIn(Buffer.from(init.body)));
    const answer = await web(url, init);
    if (!url.endsWith('/git-upload-pack')) return answer;
    const chunks: Uint8Array[] = [];
    for await (const chunk of answer.body ?? []) chunks.push(chunk);
    came.push(objectsIn(Buffer.concat(chunks)));
    return new Response(Buffer.concat(chunks), {
      headers: { 'content-type': answer.headers.get('content-type') ?? '' },
    });
  };
  const open = (run = createClones()) => createRepositories({ cacheDir, clock: { now: () => 0 }, run });
  const changeOf = (app = 'app-0', revision = '2.0.0'): RepositoryChange => ({
    url: config.url,
    credentials: { username: 'robot', password: 'word' },
    fetch,
    base: 'main',
    branch: `promotions/${app}/${revision}`,
    marker: { namespace: 'apps', pipeline: app, environment: 'prod' },
    revision,
    message: `promote ${app} to ${revision}`,
  });
  const cloneDir = async () => join(cacheDir, (await readdir(cacheDir))[0] ?? '');
  const fetches = () => requests.filter((request) => request === 'POST /git-upload-pack').length;

  beforeEach(async () => {
    requests = [];
    [came, sent] = [[], []];
    config = await startConfigRepository({
      files: Object.fromEntries(apps.map((app) => [`${app}/release.yaml`, manifest('1.0.0', app)])),
      user: 'robot',
      password: 'word',
    });
    cacheDir = await mkdtemp(join(tmpdir(), 'leafwatch-clones-'));
  });
  afterEach(async () => {
    await config.close();
    await rm(cacheDir, { recursive: true, force: true });
  });

  it('fetches once and pushes once for all that is asked for together', async () => {
    const repositories = open();
    await Promise.all(apps.map((app) => repositories.proposeChange(changeOf(app))));
    assert.deepEqual(requests, [
      'GET /info/refs?service=git-receive-pack',
      'GET /info/refs?service=git-upload-pack',
      'POST /git-upload-pack',
      'POST /git-receive-pack',
    ]);
    // A commit, the root, a folder and a file for each, and nothing that was there.
    assert.deepEqual(sent, [4 * apps.length]);
    assert.equal(Object.keys(await config.branches()).length, 1 + apps.length);
    for (const app of apps)
      assert.equal(await config.read(`promotions/${app}/2.0.0`, `${app}/release.yaml`), manifest('2.0.0', app));
    await config.git(['fsck', '--strict']);
  });

  it('lets one branch that a hook refuses fail alone, also when the hook refuses the whole push', async () => {
    for (const name of ['update', 'pre-receive']) {
      const { chmod, mkdir } = await import('node:fs/promises');
      await mkdir(join(config.dir, 'hooks'), { recursive: true });
      const refusal = '{ echo "app-3 is frozen" >&2; exit 1; }';
      const script =
        name === 'update' ? `case "$1" in *app-3/*) ${refusal};; esac` : `grep -q app-3/ && ${refusal} || exit 0`;
      await writeFile(join(config.dir, 'hooks', name), `#!/bin/sh\n${script}\n`);
      await chmod(join(config.dir, 'hooks', name), 0o755);
      const repositories = open();
      const settled = await Promise.allSettled(apps.map((app) => repositories.proposeChange(changeOf(app, name))));
      const refused = settled.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []));
      assert.equal(refused.length, 1);
      assert.match(refused[0] ?? '', /app-3.*app-3 is frozen/);
      await rm(join(config.dir, 'hooks', name));
    }
  });

  it('reads nothing again after a restart, and only what is new after the base has moved', async () => {
    await open().proposeChange(changeOf());
    assert.equal(fetches(), 1);
    await open().proposeChange(changeOf('app-1'));
    assert.equal(fetches(), 1);
    await config.commit({ 'new/release.yaml': manifest('1.0.0', 'new') }, 'one more');
    const before = (await stat(join(await cloneDir(), 'objects'))).size;
    assert.equal((await open().proposeChange(changeOf('new'))).type, 'pushed');
    assert.deepEqual(came, [2 + 2 * apps.length, 4], 'what has changed since comes alone');
    assert.ok((await stat(join(await cloneDir(), 'objects'))).size - before < 2000);
  });

  it('goes on when the base was replaced by another history', async () => {
    const repositories = open();
    await repositories.proposeChange(changeOf());
    const tree = (await config.git(['rev-parse', 'main^{tree}'])).trim();
    const other = (await config.git(['commit-tree', tree, '-m', 'a new beginning'])).trim();
    await config.git(['update-ref', 'refs/heads/main', other]);
    assert.equal((await repositories.proposeChange(changeOf('app-1'))).type, 'pushed');
  });

  for (const [what, damage] of [
    [
      'has bytes that a crash left behind its end',
      async (dir: string) => appendFile(join(dir, 'objects'), 'left behind'),
    ],
    ['has an index that goes on behind its end', async (dir: string) => appendFile(join(dir, 'index'), 'left behind')],
    ['has an index cut off', async (dir: string) => truncate(join(dir, 'index'), 40)],
    ['has objects cut off', async (dir: string) => truncate(join(dir, 'objects'), 40)],
    ['has other bytes', async (dir: string) => writeFile(join(dir, 'objects'), 'x'.repeat(100_000))],
    ['has no state', async (dir: string) => rm(join(dir, 'states'))],
    ['has half a state', async (dir: string) => truncate(join(dir, 'states'), 10)],
    [
      'has the beginning of another state',
      async (dir: string) => appendFile(join(dir, 'states'), '{"format":2,"bytes":'),
    ],
    ['is of another kind', async (dir: string) => writeFile(join(dir, 'states'), '{"format":99}\n')],
  ] as const)
    it(`is right again by itself when it ${what}`, async () => {
      await open().proposeChange(changeOf());
      await damage(await cloneDir());
      assert.equal((await open().proposeChange(changeOf('app-1'))).type, 'pushed');
      assert.equal((await open().proposeChange(changeOf('app-2'))).type, 'pushed');
    });

  it('is right again when its folder is removed while it is open', async () => {
    const repositories = open();
    await repositories.proposeChange(changeOf());
    await rm(cacheDir, { recursive: true });
    await config.commit({ 'x.yaml': 'a: 1\n' }, 'moved');
    assert.equal((await repositories.proposeChange(changeOf('app-1'))).type, 'pushed');
  });

  it('gives nothing of a clone to whoever the server does not let in', async () => {
    const repositories = open();
    await repositories.proposeChange(changeOf());
    const stranger = { ...changeOf('app-1'), credentials: { username: 'robot', password: 'guess' } };
    const [refused, done] = await Promise.allSettled([
      repositories.proposeChange(stranger),
      repositories.proposeChange(changeOf('app-2')),
    ]);
    assert.ok(refused.status === 'rejected' && refused.reason instanceof FailureError);
    assert.equal(refused.reason.failure.reason, 'Unauthorized');
    assert.equal(done.status, 'fulfilled');
    assert.equal(fetches(), 1, 'the clone of the others stays');
  });

  it('removes those clones that were used longest ago, and never one that is in use', () => {
    const clones = [
      { dir: 'old', bytes: 40, used: 1 },
      { dir: 'new', bytes: 40, used: 3 },
      { dir: 'busy', bytes: 40, used: 0 },
    ];
    const isBusy = (dir: string) => dir === 'busy';
    assert.deepEqual(surplusOf(clones, 120, isBusy), []);
    assert.deepEqual(surplusOf(clones, 100, isBusy), ['old']);
    assert.deepEqual(surplusOf(clones, 10, isBusy), ['old', 'new']);
  });

  it('takes the clone off the disk that was used longest ago when another needs its room, and makes it anew', async () => {
    const other = await startConfigRepository({ files: { 'a.yaml': manifest('1.0.0', 'app-0') } });
    const bytesOf = async (dir: string) => {
      const sizes = (await readdir(dir)).map(async (file) => (await stat(join(dir, file))).size);
      return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
    };
    after(() => other.close());
    let now = 0;
    const run = createClones();
    const within = (cacheBytes: number) =>
      createRepositories({ cacheDir, cacheBytes, clock: { now: () => (now += 60_000) }, run });
    await within(1e9).proposeChange(changeOf());
    const [first = ''] = await readdir(cacheDir);
    const room = within((await bytesOf(join(cacheDir, first))) + 10);
    await room.proposeChange({ ...changeOf(), url: other.url });
    const left = await readdir(cacheDir);
    assert.deepEqual([left.length, left.includes(first)], [1, false]);
    assert.equal((await room.proposeChange(changeOf('app-1'))).type, 'pushed');
    assert.deepEqual(await readdir(cacheDir), [first]);
  });

  it('works in a thread of its own, which starts anew after it took too long', async () => {
    const run = startWorker({ heap: 256, patience: 60_000 });
    assert.equal((await open(run).proposeChange(changeOf())).type, 'pushed');
    const impatient = startWorker({ heap: 256, patience: 5 });
    const failure = await open(impatient)
      .proposeChange(changeOf('app-1'))
      .catch((error: unknown) => error);
    assert.ok(failure instanceof FailureError, String(failure));
    assert.equal(failure.failure.reason, 'RepositoryTooLarge');
  });
});
