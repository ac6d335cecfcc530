import assert from 'node:assert/strict';
import { parseJson } from '../../../src/kube/wire/parse-json.ts';

const long = 'x'.repeat(600 * 1024);

describe('parseJson', () => {
  it('parses JSON, however long', () => {
    for (const value of [{ a: [1, null, 'b'] }, { long }, { long: `${long}"\\`, after: [{}] }])
      assert.deepEqual(parseJson(JSON.stringify(value), 'it'), value);
  });

  it('refuses what is not JSON, and says what is not', () => {
    for (const text of ['', '{', 'nonsense', `"${long}`])
      assert.throws(() => parseJson(text, 'it'), /^\w+: it is not JSON$/);
  });

  it('refuses a text of so many values that it would hold everybody up', () => {
    for (const text of ['{},', '[],', '"",', '1234,'])
      assert.throws(() => parseJson(`[${text.repeat(200_000)}0]`, 'it'), /it has more than 40000 values/);
    assert.throws(() => parseJson(`${'['.repeat(300_000)}${']'.repeat(300_000)}`, 'it'), /more than 40000 values/);
  });

  it('does not count who owns which of the values, and does not read it where there is much', () => {
    const values = Object.fromEntries(Array.from({ length: 30_000 }, (_, at) => [`setting${at}`, at]));
    const owned = Object.fromEntries(Object.keys(values).map((name) => [`f:${name}`, {}]));
    const metadata = { name: 'a', managedFields: [{ fieldsV1: owned }, { fieldsV1: owned }], uid: 'b' };
    const read = parseJson(JSON.stringify({ metadata, values }), 'it');
    assert.deepEqual(read, { metadata: { ...metadata, managedFields: 0 }, values });
  });

  it('does not take for values what stands in strings', () => {
    const text = '{},[],\\"'.repeat(100_000);
    assert.equal(parseJson(JSON.stringify(text), 'it'), text);
    assert.equal(parseJson(`"${'\\\\,'.repeat(300_000)}"`, 'it'), '\\,'.repeat(300_000));
  });
});
