/**
 * Places of which no name may hold more than `most`. Takes one and answers how it is given back, or undefined where the name holds its share.
 * Only names that hold some are remembered.
 */
export const shares = (most: number): ((name: string) => (() => void) | undefined) => {
  const held = new Map<string, number>();
  return (name) => {
    const before = held.get(name) ?? 0;
    if (before >= most) return undefined;
    held.set(name, before + 1);
    return () => {
      const left = (held.get(name) ?? 0) - 1;
      if (left > 0) held.set(name, left);
      else held.delete(name);
    };
  };
};
