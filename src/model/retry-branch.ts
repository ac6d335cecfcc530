/** The branch of a promotion that a person has asked for anew, for the nth time; after our escape `=` come two hex digits, and `r` is none. */
export const retryBranch = (branch: string, retry: number): string => `${branch}=r${retry}`;

/** How often the promotion of a branch had been asked for anew when the branch was made; undefined of a first one. */
export const retryOf = (branch: string): number | undefined => {
  const [, retry] = /=r(\d{1,6})$/.exec(branch) ?? [];
  return retry === undefined ? undefined : Number(retry);
};
