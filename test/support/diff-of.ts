import assert from 'node:assert/strict';

/** The changed lines as `diff -U0` has them, without its head; an edit neither adds nor takes a line. */
export const diffOf = (before: string, after: string): string => {
  const [old, edited] = [before.split('\n'), after.split('\n')];
  assert.equal(edited.length, old.length);
  const isChanged = (index: number) => index in old && old[index] !== edited[index];
  let diff = '';
  for (let from = 0; from < old.length; from += 1) {
    if (!isChanged(from)) continue;
    let end = from;
    while (isChanged(end)) end += 1;
    const range = `${from + 1}${end - from === 1 ? '' : `,${end - from}`}`;
    const lines = (sign: string, text: readonly string[]) => text.slice(from, end).map((line) => `${sign}${line}\n`);
    diff += [`@@ -${range} +${range} @@\n`, ...lines('-', old), ...lines('+', edited)].join('');
    from = end;
  }
  return diff;
};
