const secretName = /password|passwd|token|authorization|private-?key|hmac|kubeconfig/i;
// Of a scheme no more than its end is looked for: a long text of nothing but letters and dots would take minutes.
const userinfo = /([a-z0-9+.-]{1,16}:\/\/)[^\s/@]+@/gi;
const bearer = /\b(bearer|basic|token)\s+[\w+/=.~-]{8,}/gi;
const deepest = 6;

/** A copy of `value` that can be written as JSON, whatever it is, and that shows no credential: they become `***`. */
export const printable = (value: unknown, depth = 0): unknown => {
  if (typeof value === 'string') return withoutCredentials(value);
  if (value instanceof Error) return withoutCredentials(value.message);
  if (value instanceof Date) return value;
  if (typeof value === 'object' && value !== null) return depth < deepest ? members(value, depth + 1) : '…';
  return typeof value === 'bigint' || typeof value === 'symbol' ? value.toString() : value;
};

const members = (value: object, depth: number): unknown =>
  Array.isArray(value)
    ? value.map((element) => printable(element, depth))
    : Object.fromEntries(
        Object.entries(value).map(([name, member]) => [
          name,
          typeof member === 'string' && secretName.test(name) ? '***' : printable(member, depth),
        ]),
      );

const withoutCredentials = (text: string): string => text.replace(userinfo, '$1***@').replace(bearer, '$1 ***');
