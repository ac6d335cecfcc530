/** The line that ends a section of git's wire format (gitprotocol-common). */
export const flush = Buffer.from('0000');

/** One pkt-line: its length, itself included, in four hex digits, then the content. */
export const pktLine = (content: string): Buffer => {
  const bytes = Buffer.from(content);
  return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, '0')), bytes]);
};

const broken = () => new Error('the answer is not in git’s wire format');

/** The length that a pkt-line's first four bytes say; below four it is no line but the end of a section. */
const lengthAt = (bytes: Buffer, at: number): number => {
  const head = bytes.toString('latin1', at, at + 4);
  if (!/^[0-9a-f]{4}$/i.test(head)) throw broken();
  return Number.parseInt(head, 16);
};

/** The contents of a series of pkt-lines without its flushes; throws on what is no such series. */
export const parsePktLines = (bytes: Buffer): readonly Buffer[] => {
  const lines: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = lengthAt(bytes, at);
    const end = at + Math.max(length, 4);
    if (end > bytes.length) throw broken();
    if (length >= 4) lines.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return lines;
};

/** The same while it arrives. */
export async function* pktLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer, void, void> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    rest = rest.length === 0 ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length) : Buffer.concat([rest, chunk]);
    let at = 0;
    while (at + 4 <= rest.length) {
      const length = lengthAt(rest, at);
      const end = at + Math.max(length, 4);
      if (end > rest.length) break;
      if (length >= 4) yield rest.subarray(at + 4, end);
      at = end;
    }
    rest = rest.subarray(at);
  }
  if (rest.length > 0) throw broken();
}
