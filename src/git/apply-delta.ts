const broken = () => new Error('a delta is not in git’s format');

/** A size at the beginning of a delta, seven bits a byte, and where it ends. */
const sizeAt = (delta: Buffer, start: number): readonly [size: number, end: number] => {
  let size = 0;
  for (let at = start, factor = 1; at < delta.length && at < start + 7; at += 1, factor *= 128) {
    const byte = delta[at] ?? 0;
    size += (byte & 127) * factor;
    if (byte < 128) return [size, at + 1];
  }
  throw broken();
};

/** The sizes of what a delta is applied to and of what it makes, and where its instructions begin. */
export const deltaHead = (delta: Buffer): { readonly from: number; readonly to: number; readonly start: number } => {
  const [from, next] = sizeAt(delta, 0);
  const [to, start] = sizeAt(delta, next);
  return { from, to, start };
};

/** The number whose bytes, lowest first, are there where `bits` says so. */
const copyArgument = (delta: Buffer, start: number, bits: number): readonly [value: number, end: number] => {
  let [value, at] = [0, start];
  for (let factor = 1; bits > 0; bits >>= 1, factor *= 256) {
    if (!(bits & 1)) continue;
    value += (delta[at] ?? 0) * factor;
    at += 1;
  }
  return [value, at];
};

/** What a delta makes of its base (gitformat-pack, "Deltified representation"); throws when it does not fit the base. */
export const applyDelta = (base: Buffer, delta: Buffer): Buffer => {
  const { from, to, start } = deltaHead(delta);
  if (from !== base.length) throw broken();
  const result = Buffer.allocUnsafe(to);
  let filled = 0;
  for (let at = start; at < delta.length;) {
    const instruction = delta[at] ?? 0;
    const [source, offset, length, next] = instruction < 128 ? literal(delta, at) : copy(base, delta, at);
    if (length === 0 || offset + length > source.length || filled + length > to) throw broken();
    filled += source.copy(result, filled, offset, offset + length);
    at = next;
  }
  if (filled !== to) throw broken();
  return result;
};

type Piece = readonly [source: Buffer, offset: number, length: number, next: number];

const literal = (delta: Buffer, at: number): Piece => {
  const length = delta[at] ?? 0;
  return [delta, at + 1, length, at + 1 + length];
};

const copy = (base: Buffer, delta: Buffer, at: number): Piece => {
  const instruction = delta[at] ?? 0;
  const [offset, next] = copyArgument(delta, at + 1, instruction & 15);
  const [length, end] = copyArgument(delta, next, (instruction >> 4) & 7);
  return [base, offset, length === 0 ? 0x10000 : length, end];
};
