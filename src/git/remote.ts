/** What is sent to a repository: a path behind its address, and what is posted there. */
export interface Question {
  readonly path: string;
  readonly post?: { readonly headers: Readonly<Record<string, string>>; readonly body: Uint8Array };
}

/** A repository of a git host. */
export interface Remote {
  readonly url: string;
  /** Asks it with the credentials that there are for it; the answer is git's own, all else a FailureError. */
  readonly ask: (question: Question) => Promise<AsyncIterable<Uint8Array>>;
}

/** The whole of an answer; throws when it is larger than `limit` bytes. */
export const wholeOf = async (chunks: AsyncIterable<Uint8Array>, limit: number): Promise<Buffer> => {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > limit) throw new Error(`the answer is larger than ${limit} bytes`);
    parts.push(chunk);
  }
  return Buffer.concat(parts);
};
