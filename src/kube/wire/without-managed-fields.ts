const key = '"managedFields":[';

/**
 * The same JSON with 0 in place of each `managedFields`, as an API server writes them. They name every value of an object again, for
 * each who wrote one, and nobody here looks at them.
 */
export const withoutManagedFields = (json: string): string => {
  const kept: string[] = [];
  let from = 0;
  for (let at = json.indexOf(key); at !== -1; at = json.indexOf(key, from)) {
    // A quote behind a backslash is within a string.
    const end = json[at - 1] === '\\' ? at : endOfArray(json, at + key.length);
    kept.push(json.slice(from, at), end === at ? key : '"managedFields":0');
    from = end === at ? at + key.length : end;
  }
  return from === 0 ? json : [...kept, json.slice(from)].join('');
};

const quote = 0x22;
const backslash = 0x5c;
const opens = new Set([0x5b, 0x7b]);
const closes = new Set([0x5d, 0x7d]);

/** Behind the bracket that closes the array whose first element is at `begin`; the end of the text where none does. */
const endOfArray = (json: string, begin: number): number => {
  let depth = 1;
  let inString = false;
  let at = begin;
  for (; at < json.length && depth > 0; at += 1) {
    const code = json.charCodeAt(at);
    if (code === quote) inString = !inString;
    else if (inString) at += code === backslash ? 1 : 0;
    else if (opens.has(code)) depth += 1;
    else if (closes.has(code)) depth -= 1;
  }
  return at;
};
