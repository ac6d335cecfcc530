import { recordOf, textOf } from '../../model/reading.ts';
import { elementCutter } from '../wire/element-cutter.ts';
import { BrokenStreamError } from '../wire/broken-stream.ts';
import { parseJson } from '../wire/parse-json.ts';

/** An object of a list, or what stands around them, which comes last. */
export type ListPart =
  | { readonly type: 'item'; readonly raw: unknown }
  | { readonly type: 'end'; readonly version: string; readonly next: string | undefined };

/**
 * Reads a Kubernetes list while it comes, object by object: neither its text nor all of its objects are ever in memory, and
 * the event loop is held for a few objects at a time. Throws BrokenStreamError for anything but a whole list.
 */
export async function* itemsOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<ListPart, void, undefined> {
  const cutter = elementCutter();
  for await (const chunk of chunks) {
    for (const item of cutter.write(chunk)) yield { type: 'item', raw: parse(item) };
  }
  const { items, metadata } = recordOf(parse(cutter.rest()));
  const version = textOf(recordOf(metadata)['resourceVersion']);
  if (version === undefined || (items !== null && !Array.isArray(items)))
    throw new BrokenStreamError('the answer is not a list');
  yield { type: 'end', version, next: textOf(recordOf(metadata)['continue']) };
}

const parse = (json: Buffer): unknown => parseJson(json.toString(), 'the list, or an object of it,');
