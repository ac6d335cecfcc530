import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gitLimits, repositoryFetch } from '../../src/forge/repository-fetch.ts';
import { openClone } from '../../src/git/clone.ts';
import { createClones } from '../../src/git/clones.ts';
import { gitObject } from '../../src/git/git-object.ts';
import { createRepositories } from '../../src/git/repositories.ts';
import { startConfigRepository, type ConfigRepository } from '../../src/sandbox/config-repository.ts';
import { crashingFiles } from '../support/crashing-files.ts';

const manifest = (version: string, app = 'podinfo') => `version: ${version} # {"$promotion": "apps:${app}:prod"}\n`;

describe('a crash of a controller with a clone', function () {
  this.timeout(120_000);
  let config: ConfigRepository;
  let dir: string;
  const fetch = repositoryFetch({ now: () => 0, limits: gitLimits });

  beforeEach(async () => {
    config = await startConfigRepository({ files: { 'a/a.yaml': manifest('1.0.0'), 'b.yaml': 'b: 1\n' } });
    dir = mkdtempSync(join(tmpdir(), 'leafwatch-crash-'));
  });
  afterEach(async () => {
    await config.close();
    rmSync(dir, { recursive: true, force: true });
  });

  /** By a controller that has just started. */
  const promote = (cacheDir: string, revision: string, branch = 'none') =>
    createRepositories({ cacheDir, clock: { now: () => 0 }, run: createClones() }).proposeChange({
      url: config.url,
      credentials: { username: 'robot', password: 'word' },
      fetch,
      base: 'main',
      branch,
      marker: { namespace: 'apps', pipeline: 'podinfo', environment: 'prod' },
      revision,
      message: 'promote',
    });

  const crashEverywhere = async (before: string, version: string): Promise<number> => {
    for (let at = 0; ; at += 1) {
      const cacheDir = join(dir, String(at));
      cpSync(before, cacheDir, { recursive: true });
      const files = crashingFiles(at);
      try {
        // The base says it already: all is read, and nothing pushed.
        await promote(cacheDir, version).catch(() => undefined);
      } finally {
        files.restore();
      }
      const branch = `after-${version}-${at}`;
      assert.equal((await promote(cacheDir, '9.9.9', branch)).type, 'pushed', `died at change ${at}`);
      assert.equal(await config.read(branch, 'a/a.yaml'), manifest('9.9.9'), `died at change ${at}`);
      assert.deepEqual(readdirSync(join(cacheDir, readdirSync(cacheDir)[0] ?? '')).sort(), [
        'index',
        'objects',
        'states',
      ]);
      rmSync(cacheDir, { recursive: true });
      if (files.changes() <= at) return at;
    }
  };

  it('in the middle of any change of a file, while it is made or fetched into, leaves one that is right or made anew', async () => {
    const empty = join(dir, 'empty');
    cpSync(mkdtempSync(join(dir, 'new-')), empty, { recursive: true });
    assert.ok((await crashEverywhere(empty, '1.0.0')) > 10);
    const old = join(dir, 'old');
    await promote(old, '1.0.0');
    await config.commit({ 'a/a.yaml': manifest('2.0.0'), 'c/c.yaml': manifest('1', 'other') }, 'the base moves');
    assert.ok((await crashEverywhere(old, '2.0.0')) > 8);
  });

  it('and of its machine, which loses the end of any file, or has nothing but zeros there', () => {
    const objects = [
      gitObject('blob', Buffer.from(manifest('1.0.0'))),
      gitObject('blob', Buffer.from('a: 1\n')),
      gitObject('blob', Buffer.concat([Buffer.from(manifest('1.0.0')), Buffer.of(0, 255)])),
      gitObject('commit', Buffer.from('tree x\n\nmessage\n')),
    ];
    const made = join(dir, 'made');
    const clone = openClone(made);
    for (const object of objects) clone.learn(object);
    clone.setTip('main', objects[3]?.oid ?? '');
    const files = objects.map(({ oid }) => JSON.stringify(clone.file(oid)));
    clone.close();
    let whole = 0;
    const check = (folder: string, what: string) => {
      const again = openClone(folder);
      try {
        const tip = again.tips.get('main');
        assert.ok(tip === undefined || tip === objects[3]?.oid, what);
        for (const [index, { oid, content }] of objects.entries()) {
          if (tip === undefined) assert.equal(again.file(oid), undefined, what);
          else assert.equal(JSON.stringify(again.file(oid)), files[index], what);
          if (tip !== undefined && (index === 0 || index === 3)) assert.deepEqual(again.read(oid), content, what);
        }
        if (tip !== undefined) whole += 1;
      } catch (error) {
        // Told by its hash, or by what is no JSON: whoever works with it throws it away.
        assert.ok(!(error instanceof assert.AssertionError), `${what}: ${String(error)}`);
      } finally {
        again.close();
      }
    };
    for (const file of ['index', 'objects', 'states']) {
      const bytes = readFileSync(join(made, file));
      const cuts = Array.from({ length: 40 }, (_, index) => Math.floor((index * bytes.length) / 39));
      for (const cut of cuts)
        for (const tail of [Buffer.of(), Buffer.alloc(bytes.length - cut)]) {
          const folder = join(dir, 'cut');
          cpSync(made, folder, { recursive: true });
          writeFileSync(join(folder, file), Buffer.concat([bytes.subarray(0, cut), tail]));
          check(folder, `${file} cut at ${cut} of ${bytes.length}`);
          rmSync(folder, { recursive: true });
        }
    }
    // Only what is whole counts as whole: each file uncut, once without a tail and once with none.
    assert.ok(whole >= 6 && whole < 12, `${whole} were taken for whole`);
  });

  it('and of its machine while it was brought up to date: it is as it was before that, or broken', () => {
    const [old, fresh] = ['1.0.0', '2.0.0'].map((version) => gitObject('blob', Buffer.from(manifest(version))));
    assert.ok(old && fresh);
    const made = join(dir, 'made');
    const clone = openClone(made);
    clone.learn(old);
    clone.setTip('main', old.oid);
    clone.learn(fresh);
    clone.setTip('main', fresh.oid);
    clone.close();
    const states = readFileSync(join(made, 'states'));
    const cuts = Array.from({ length: states.length + 1 }, (_, cut) => cut);
    const tips = cuts.map((cut) => {
      const folder = join(dir, 'cut');
      cpSync(made, folder, { recursive: true });
      writeFileSync(join(folder, 'states'), states.subarray(0, cut));
      const again = openClone(folder);
      const tip = again.tips.get('main');
      assert.equal(again.file(old.oid)?.type, tip === undefined ? undefined : 'marked', `cut at ${cut}`);
      assert.equal(again.file(fresh.oid)?.type, tip === fresh.oid ? 'marked' : undefined, `cut at ${cut}`);
      // What is learnt from here on is found again, also behind what was cut off.
      again.learn(fresh);
      again.setTip('main', fresh.oid);
      again.close();
      const later = openClone(folder);
      assert.deepEqual([later.tips.get('main'), later.read(fresh.oid)], [fresh.oid, fresh.content], `cut at ${cut}`);
      later.close();
      rmSync(folder, { recursive: true });
      return tip;
    });
    const line = states.indexOf('\n') + 1;
    assert.deepEqual(
      tips,
      cuts.map((cut) => (cut < line ? undefined : cut < states.length ? old.oid : fresh.oid)),
    );
  });
});
