/** What is to happen later, in the order of its time. */
export const createAgenda = (start: number) => {
  const items: { readonly at: number; readonly run: () => void }[] = [];
  let now = start;
  return {
    now: () => now,
    at: (at: number, run: () => void): void => {
      const after = items.findIndex((item) => item.at > at);
      items.splice(after < 0 ? items.length : after, 0, { at, run });
    },
    /** Lets time pass; after each thing that happens, and at the end, `settle` is waited for. */
    pass: async (milliseconds: number, settle: () => Promise<void>): Promise<void> => {
      const end = now + milliseconds;
      for (let next = items[0]; next && next.at <= end; next = items[0]) {
        items.shift();
        now = Math.max(now, next.at);
        next.run();
        await settle();
      }
      now = end;
      await settle();
    },
  };
};
export type Agenda = ReturnType<typeof createAgenda>;
