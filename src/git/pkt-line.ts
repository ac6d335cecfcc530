/** The line that ends a section of git's wire format (gitprotocol-common). */
export const flush = Buffer.from('0000');

/** One pkt-line: its length, itself included, in four hex digits, then the content. */
export const pktLine = (content: string): Buffer => {
  const bytes = Buffer.from(content);
  return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, '0')), bytes]);
};

/** The contents of a series of pkt-lines without its flushes; throws on what is no such series. */
export const parsePktLines = (bytes: Buffer): readonly Buffer[] => {
  const lines: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const head = bytes.toString('latin1', at, at + 4);
    const length = /^[0-9a-f]{4}$/i.test(head) ? Number.parseInt(head, 16) : Number.NaN;
    const end = at + Math.max(length, 4);
    if (Number.isNaN(length) || end > bytes.length) throw new Error('the answer is not in git’s wire format');
    if (length >= 4) lines.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return lines;
};
