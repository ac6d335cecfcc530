import { createHash } from 'node:crypto';

export type ObjectType = 'commit' | 'tree' | 'blob' | 'tag';

/** An object as git has it: its id is the SHA-1 of its type, its size and its content. */
export interface GitObject {
  readonly oid: string;
  readonly type: ObjectType;
  readonly content: Buffer;
}

/** A hash that has been told what comes before the content; its hex digest is the object id. */
export const objectHash = (type: ObjectType, size: number) => createHash('sha1').update(`${type} ${size}\0`);

export const gitObject = (type: ObjectType, content: Buffer): GitObject => ({
  oid: objectHash(type, content.length).update(content).digest('hex'),
  type,
  content,
});
