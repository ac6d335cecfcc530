export interface CommitStatus {
  readonly id: number;
  readonly context: string;
  readonly state: string;
  readonly description: string | null;
  readonly createdAt: string;
}

/** The statuses of all commits, and which of them a merge needs. */
export interface CommitStatuses {
  /** Of a commit, oldest first; of one context the last counts. */
  readonly of: (sha: string) => readonly CommitStatus[];
  readonly add: (sha: string, status: Omit<CommitStatus, 'id'>) => CommitStatus;
  /** From now on a commit needs success under this name to be merged. */
  readonly require: (context: string) => void;
  readonly allow: (sha: string) => boolean;
}

export const commitStatuses = (): CommitStatuses => {
  const bySha = new Map<string, CommitStatus[]>();
  const required = new Set<string>();
  let count = 0;
  const statuses: CommitStatuses = {
    of: (sha) => bySha.get(sha) ?? [],
    add: (sha, status) => {
      const added = { ...status, id: ++count };
      bySha.set(sha, [...statuses.of(sha), added]);
      return added;
    },
    require: (context) => void required.add(context),
    allow: (sha) =>
      [...required].every(
        (context) => statuses.of(sha).findLast((status) => status.context === context)?.state === 'success',
      ),
  };
  return statuses;
};
