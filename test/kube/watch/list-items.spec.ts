import assert from 'node:assert/strict';
import fc from 'fast-check';
import { itemsOf, type ListPart } from '../../../src/kube/watch/list-items.ts';
import { BrokenStreamError } from '../../../src/kube/wire/broken-stream.ts';

async function* inChunks(text: string, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

const partsOf = async (text: string, size = 7): Promise<ListPart[]> => {
  const parts: ListPart[] = [];
  for await (const part of itemsOf(inChunks(text, size))) parts.push(part);
  return parts;
};

describe('itemsOf', () => {
  it('gives every object of whatever JSON, however it is cut into chunks', async () => {
    const property = fc.asyncProperty(
      fc.array(fc.dictionary(fc.string(), fc.jsonValue())),
      fc.boolean(),
      fc.integer({ min: 1, max: 50 }),
      fc.boolean(),
      async (items, metadataFirst, size, indented) => {
        const metadata = { resourceVersion: '7', nested: { list: [1, { a: ']' }] } };
        const list = metadataFirst ? { kind: 'L', metadata, items } : { items, kind: 'L', metadata };
        const parts = await partsOf(JSON.stringify(list, null, indented ? 2 : 0), size);
        const raws = parts.flatMap((part) => (part.type === 'item' ? [part.raw] : []));
        assert.deepEqual(raws, JSON.parse(JSON.stringify(items)));
        assert.deepEqual(parts.at(-1), { type: 'end', version: '7', next: undefined });
      },
    );
    await fc.assert(property, { numRuns: 200 });
  });

  it('tells where the next page is', async () => {
    const parts = await partsOf('{"items":[],"metadata":{"resourceVersion":"7","continue":"more"}}');
    assert.deepEqual(parts, [{ type: 'end', version: '7', next: 'more' }]);
  });

  for (const text of [
    '',
    '{"items":[{}',
    '{"items":[{}]',
    '<html></html>',
    '{"kind":"Status","metadata":{}}',
    '{"items":[{]}]}',
  ])
    it(`refuses ${JSON.stringify(text)}`, () => assert.rejects(partsOf(text), BrokenStreamError));
});
