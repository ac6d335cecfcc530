import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gitObject, type GitObject } from '../../src/git/git-object.ts';
import { makePack } from '../../src/git/make-pack.ts';
import { readPack } from '../../src/git/read-pack.ts';
import { savePack } from '../../src/git/save-pack.ts';
import { bareRepository, type BareRepository } from '../../src/sandbox/git/bare-repository.ts';

const run = promisify(execFile);

/** A long text of which each version changes a little: git makes deltas of it. */
const version = (number: number) =>
  Array.from({ length: 400 }, (_, line) => `line ${line} of ${line === number ? 'this version' : 'all'}`).join('\n');

describe('git/read-pack', () => {
  let dir: string;
  let repository: BareRepository;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'leafwatch-pack-'));
    repository = await bareRepository(join(dir, 'repository'));
    for (let number = 0; number < 30; number += 1)
      await repository.commit(
        { 'a.yaml': version(number), [`b/${number}.yaml`]: `n: ${number}\n` },
        `commit ${number}`,
      );
    const large = `${'x'.repeat(2 * 1024 * 1024)}# {"$promotion": "apps:podinfo:prod"}\n${randomBytes(4096).toString('hex')}`;
    await repository.commit({ 'large.yaml': large, empty: '' }, 'large');
    await repository.git(['tag', '-a', '-m', 'a tag', 'v1']);
  });
  after(() => rm(dir, { recursive: true, force: true }));

  const packOf = async (...flags: readonly string[]): Promise<string> => {
    const objects = await repository.git(['rev-list', '--objects', '--all', 'v1']);
    const oids = objects.split('\n').map((line) => line.slice(0, 40));
    const name = (
      await repository.git(['pack-objects', '--quiet', '--window=50', ...flags, join(dir, 'made')], oids.join('\n'))
    ).trim();
    return join(dir, `made-${name}.pack`);
  };

  const read = async (file: string, look: (object: GitObject) => void = () => undefined) => {
    const objects = new Map<string, GitObject>();
    const large = new Map<string, readonly string[]>();
    const fd = openSync(file, 'r');
    try {
      await readPack(fd, (await readFile(file)).length, {
        object: (object) => {
          look(object);
          objects.set(object.oid, object);
        },
        largeFile: (oid, markers) => large.set(oid, markers),
      });
    } finally {
      closeSync(fd);
    }
    return { objects, large };
  };

  const all = async (): Promise<readonly string[]> =>
    (await repository.git(['cat-file', '--batch-all-objects', '--batch-check=%(objectname)'])).trim().split('\n');

  const deltasIn = async (file: string): Promise<number> =>
    (await run('git', ['verify-pack', '-v', file])).stdout.split('\n').filter((line) => line.split(/\s+/).length === 7)
      .length;

  for (const [what, ...flags] of [
    ['by their distance', '--delta-base-offset', '--depth=50'],
    ['by their name', '--depth=50'],
    ['in a chain as long as there are', '--delta-base-offset', '--depth=4095'],
  ] as const)
    it(`reads every object of a pack that names the bases of its deltas ${what}`, async () => {
      const file = await packOf(...flags);
      assert.ok((await deltasIn(file)) > 20, 'there are deltas in it');
      const { objects, large } = await read(file);
      assert.deepEqual([...objects.keys(), ...large.keys()].sort(), await all());
    });

  it('finds the markers of a file that is too large for memory', async () => {
    const oid = (await repository.git(['rev-parse', 'main:large.yaml'])).trim();
    assert.deepEqual([...(await read(await packOf())).large], [[oid, ['apps:podinfo:prod']]]);
  });

  it('waits for bases that come behind their deltas', async () => {
    const { objects } = await read(await packOf());
    const pack = await readFile(await packOf('--depth=50'));
    const { objects: again } = await read(await backwards(pack));
    assert.equal(again.size, objects.size);
  });

  /** The same objects in the opposite order, by cutting a pack whose deltas name their bases. */
  const backwards = async (pack: Buffer): Promise<string> => {
    const file = join(dir, 'forwards.pack');
    await writeFile(file, pack);
    await run('git', ['index-pack', file]);
    const verified = (await run('git', ['verify-pack', '-v', file])).stdout.split('\n');
    const offsets = verified.flatMap((line) => {
      const [oid = '', , , , offset] = line.split(/\s+/);
      return /^[0-9a-f]{40}$/.test(oid) ? [Number(offset)] : [];
    });
    const sorted = offsets.sort((a, b) => a - b);
    const pieces = sorted.map((offset, index) => pack.subarray(offset, sorted[index + 1] ?? pack.length - 20));
    const body = Buffer.concat([pack.subarray(0, 12), ...pieces.reverse()]);
    const result = join(dir, 'backwards.pack');
    await writeFile(result, Buffer.concat([body, createHash('sha1').update(body).digest()]));
    return result;
  };

  it('makes packs that git takes, and reads them itself', async () => {
    const { objects } = await read(await packOf('--delta-base-offset'));
    const file = join(dir, 'own.pack');
    await writeFile(file, makePack([...objects.values()]));
    await run('git', ['index-pack', file]);
    assert.deepEqual([...(await read(file)).objects.keys()].sort(), [...objects.keys()].sort());
  });

  const save = async (pack: Buffer, pieces = 1000) => {
    const fd = openSync(join(dir, 'saved.pack'), 'w');
    const chunks = Array.from({ length: Math.ceil(pack.length / pieces) }, (_, index) =>
      pack.subarray(index * pieces, (index + 1) * pieces),
    );
    try {
      return await savePack(Readable.from(chunks), fd, { packBytes: 2 ** 30, objects: 1000 }, Infinity);
    } finally {
      closeSync(fd);
    }
  };
  const places = (pack: Buffer) => Array.from({ length: 60 }, (_, index) => Math.floor((index * pack.length) / 60));

  it('takes no pack that was cut off or changed on its way, wherever', async () => {
    const pack = await readFile(await packOf('--delta-base-offset'));
    assert.equal(await save(pack), pack.length);
    for (const place of [...places(pack), pack.length - 1]) {
      await assert.rejects(save(pack.subarray(0, place)), /not what was sent/, `cut at ${place}`);
      const bytes = Buffer.from(pack);
      bytes[place] = (bytes[place] ?? 0) ^ 0x15;
      await assert.rejects(save(bytes), `changed at ${place}`);
    }
  });

  it('reads no pack that is cut off, wherever, and nothing behind the cut', async () => {
    const pack = await readFile(await packOf('--delta-base-offset'));
    const file = join(dir, 'broken.pack');
    for (const cut of places(pack)) {
      await writeFile(file, pack.subarray(0, cut));
      await assert.rejects(read(file), /pack is broken|unexpected end of file/, `cut at ${cut}`);
    }
    await writeFile(file, Buffer.concat([pack.subarray(0, -20), Buffer.of(0), pack.subarray(-20)]));
    await assert.rejects(read(file), /goes on behind its end/);
  });

  it('tells of each object of a broken pack under the hash of its own content', async () => {
    const pack = await readFile(await packOf('--delta-base-offset'));
    const file = join(dir, 'broken.pack');
    const known = new Set(await all());
    let [told, other] = [0, 0];
    for (const place of places(pack)) {
      const bytes = Buffer.from(pack);
      bytes[place] = (bytes[place] ?? 0) ^ 0x15;
      await writeFile(file, bytes);
      await read(file, ({ oid, type, content }) => {
        told += 1;
        if (!known.has(oid)) other += 1;
        assert.equal(gitObject(type, content).oid, oid, `changed at ${place}`);
      }).catch((error: unknown) => assert.ok(!(error instanceof assert.AssertionError), String(error)));
    }
    assert.ok(told > 100, `${told} were told of, ${other} of them made of broken bytes`);
  });
});
