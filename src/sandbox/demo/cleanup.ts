/** What has been started and is to be ended; the last comes first, as each needs what was started before it. */
export interface Cleanup {
  readonly add: (end: () => unknown) => void;
  /** Ends everything; what cannot be ended is answered as a problem and does not keep the rest from it. */
  readonly run: () => Promise<readonly string[]>;
}

export const createCleanup = (): Cleanup => {
  const ends: (() => unknown)[] = [];
  return {
    add: (end) => void ends.push(end),
    run: async () => {
      const problems: string[] = [];
      for (let end = ends.pop(); end; end = ends.pop())
        try {
          await end();
        } catch (error) {
          problems.push(error instanceof Error ? error.message : String(error));
        }
      return problems;
    },
  };
};
