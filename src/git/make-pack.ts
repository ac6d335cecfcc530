import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import type { GitObject, ObjectType } from './git-object.ts';

const numbers: Readonly<Record<ObjectType, number>> = { commit: 1, tree: 2, blob: 3, tag: 4 };

/** Type and size: four bits of the size in the first byte, seven in each that follows (gitformat-pack). */
const entryHead = (type: ObjectType, size: number): Buffer => {
  const bytes = [(numbers[type] << 4) | (size & 15)];
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes.push((bytes.pop() ?? 0) | 0x80, rest & 127);
  }
  return Buffer.from(bytes);
};

/** A pack of whole objects, without deltas. */
export const makePack = (objects: readonly GitObject[]): Buffer => {
  const head = Buffer.from('PACK\0\0\0\x02\0\0\0\0');
  head.writeUInt32BE(objects.length, 8);
  const parts = [
    head,
    ...objects.flatMap(({ type, content }) => [entryHead(type, content.length), deflateSync(content, { level: 1 })]),
  ];
  const pack = Buffer.concat(parts);
  return Buffer.concat([pack, createHash('sha1').update(pack).digest()]);
};
