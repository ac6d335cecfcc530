import type { PullRequestStrategy } from './pipeline-spec.ts';

/** What a strategy can ask for besides the pull request itself, by its field. */
type Wish = 'labels' | 'reviewers' | 'autoMerge';

/** What a strategy can ask for that its forge has not, by the strategy's type. */
export const lacking: Readonly<Record<PullRequestStrategy['type'], readonly Wish[]>> = {
  github: [],
  gitlab: [],
  gitea: [],
  forgejo: [],
  'bitbucket-server': ['labels'],
};

/** The wishes that a strategy holds. */
export const wishesOf = ({ labels = [], reviewers = [], autoMerge }: PullRequestStrategy): readonly Wish[] => [
  ...(labels.length > 0 ? (['labels'] as const) : []),
  ...(reviewers.length > 0 ? (['reviewers'] as const) : []),
  ...(autoMerge === undefined ? [] : (['autoMerge'] as const)),
];
