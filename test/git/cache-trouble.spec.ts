import assert from 'node:assert/strict';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheTrouble } from '../../src/git/cache-trouble.ts';

describe('git/cacheTrouble', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'leafwatch-cache-'));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  it('is none where the folder can be made', async () => {
    const cache = join(dir, 'a', 'cache');
    assert.equal(await cacheTrouble(cache), undefined);
    assert.ok((await stat(cache)).isDirectory());
  });

  it('says what is in the way and which flag to change', async () => {
    const file = join(dir, 'file');
    await writeFile(file, '');
    for (const cache of [file, join(file, 'cache')])
      assert.match((await cacheTrouble(cache)) ?? '', /^no pull request can be opened: E\w+: .*file.*--cache-dir/);
  });
});
