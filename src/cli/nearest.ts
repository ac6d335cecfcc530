/** How many letters have to be added, taken away or replaced to make one text of the other (Levenshtein). */
const distance = (one: string, other: string): number => {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [at, letter] of Array.from(one).entries())
    row = Array.from(other).reduce<number[]>(
      (next, second, index) => [
        ...next,
        Math.min((row[index] ?? 0) + (letter === second ? 0 : 1), (row[index + 1] ?? 0) + 1, (next[index] ?? 0) + 1),
      ],
      [at + 1],
    );
  return row.at(-1) ?? 0;
};

/** The names that somebody may have meant who typed `typed`, at most five, the likeliest first. */
export const nearest = (typed: string, names: readonly string[]): readonly string[] => {
  const far = (name: string) => (name.includes(typed) || typed.includes(name) ? 0 : distance(typed, name));
  return [...names].sort((one, other) => far(one) - far(other) || (one < other ? -1 : 1)).slice(0, 5);
};
