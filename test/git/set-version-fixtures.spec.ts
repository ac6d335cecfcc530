import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { setVersion } from '../../src/git/set-version.ts';
import { diffOf } from '../support/diff-of.ts';
import { leavesOf, readers } from '../support/yaml-readers.ts';

const folder = new URL('../fixtures/markers/', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8');
const marker = { namespace: 'apps', pipeline: 'podinfo', environment: 'prod' };

describe('setVersion in files shaped like those of real repositories', () => {
  const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

  it('has at least twenty of them', () => assert.ok(names.length >= 20));

  for (const name of names) {
    const before = read(name);
    const edited = () => setVersion(before, marker, '6.1.5');

    it(`changes ${name} by its expected diff, byte for byte, and once`, () => {
      const edit = edited();
      assert.equal(diffOf(before, edit.text), read(name.replace('.yaml', '.diff')));
      assert.deepEqual(setVersion(edit.text, marker, '6.1.5'), { text: edit.text, found: edit.found, changed: 0 });
    });

    for (const [reader, parse] of readers) {
      // A tag that only its users know is an error to js-yaml.
      if (reader.startsWith('js-yaml') && /!env|!k!/.test(before)) continue;
      it(`leaves all other values of ${name} as they were, as ${reader} reads them`, () => {
        const edit = edited();
        const [old, now] = [leavesOf(parse(before)), leavesOf(parse(edit.text))];
        assert.deepEqual([...now.keys()], [...old.keys()]);
        const changed = [...now].filter(([path, value]) => !Object.is(value, old.get(path)));
        assert.ok(changed.length >= edit.changed);
        for (const [path, value] of changed) assert.match(String(value), /6\.1\.5/, path);
        assert.ok(changed.every(([, value]) => typeof value === 'string'));
      });
    }
  }
});
