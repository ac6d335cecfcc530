import assert from 'node:assert/strict';
import { marked } from 'marked';
import { untouchedNote } from '../../src/sinks/untouched-note.ts';

describe('sinks/untouched-note', () => {
  it('is nothing where everything that is marked was changed', () => assert.equal(untouchedNote([]), ''));

  it('names the files that were not, each with the reason', () => {
    const note = untouchedNote([
      { path: 'big.yaml', why: 'is larger than 1 MiB' },
      { path: 'a/link.yaml', why: 'is a symlink' },
    ]);
    assert.match(note, /\n- `big\.yaml` is larger than 1 MiB\n- `a\/link\.yaml` is a symlink\n$/);
  });

  it('counts what is too much to name', () => {
    const many = Array.from({ length: 50 }, (_, index) => ({ path: `${index}.yaml`, why: 'is a symlink' }));
    assert.match(untouchedNote(many), /- `19\.yaml` is a symlink\n- and 30 more\n$/);
  });

  it('lets a hostile name say nothing but itself', async () => {
    for (const path of [
      '](http://evil)',
      '<img src=x onerror=x>',
      '@everyone',
      '`` ` x',
      'a\n# b\x1b[31m',
      '|--|\u202e',
    ]) {
      const html = await marked.parse(untouchedNote([{ path, why: 'is a symlink' }]));
      assert.equal(html.match(/<li>/g)?.length, 1, path);
      assert.match(html, /<li><code>[^<]*<\/code> is a symlink<\/li>/, path);
      assert.doesNotMatch(html, /<a |<img|<h1|[\p{Cf}\p{Co}]/u, path);
    }
  });
});
