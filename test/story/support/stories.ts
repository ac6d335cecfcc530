/** One pull request of a story, and what its promotion ends as: the next one supersedes it, or a person closes it, or merges it. */
export interface Attempt {
  readonly revision: string;
  /** How often a person has asked for the revision anew by then. */
  readonly retry?: number;
  /** What a person makes of the marked line in the base while it is open, so that it conflicts. */
  readonly movedTo?: string;
  readonly ends: 'Superseded' | 'Closed' | 'Succeeded';
}

/** A story is told by its pull requests: each becomes due while the one before is open, or once that is closed; the last one is merged. */
export type Story = readonly Attempt[];

export const stories = {
  'one promotion': [{ revision: '6.1.5', ends: 'Succeeded' }],
  'a superseding': [
    { revision: '6.1.5', ends: 'Superseded' },
    { revision: '6.1.6', ends: 'Succeeded' },
  ],
  'a remake': [{ revision: '6.1.5', movedTo: '6.1.3', ends: 'Succeeded' }],
  'a retry': [
    { revision: '6.1.5', ends: 'Closed' },
    { revision: '6.1.5', retry: 1, ends: 'Succeeded' },
  ],
} as const satisfies Readonly<Record<string, Story>>;

/** Whether a person comes between an attempt and its merge. */
export const isCrossed = ({ movedTo, ends }: Attempt): boolean => movedTo !== undefined || ends === 'Closed';

/** What both environments run when a story begins. */
export const beginning = '6.1.4';

export const branchOf = ({ revision, retry }: Attempt): string =>
  `promotions/podinfo/podinfo/prod/${revision}${retry === undefined ? '' : `=r${retry}`}`;
