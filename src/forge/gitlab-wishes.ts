import { FailureError } from '../model/failure.ts';
import type { MergeMethod } from '../model/pipeline-spec.ts';
import { wishRefused } from './forge-refusal.ts';
import type { Forge } from './forge.ts';
import type { GitlabMergeRequest } from './gitlab-merge-request.ts';
import type { Rest } from './rest.ts';

const idOf = async (instance: Rest, doing: string, username: string): Promise<number> => {
  if (username.includes('/'))
    throw wishRefused(`${doing}: GitLab asks users for a review, and ${username} is a group: name its members`);
  const { body } = await instance(doing, `/users?username=${encodeURIComponent(username)}`);
  const [user] = body as readonly { readonly id: number }[];
  if (!user) throw wishRefused(`${doing}: GitLab knows no user ${username}: correct reviewers`);
  return user.id;
};

/** The list of reviewers is written as a whole: those whom people have asked stay in it. */
const createRequestReviews =
  (project: Rest, instance: Rest): NonNullable<Forge['requestReviews']> =>
  async (number, names) => {
    const doing = `Asking for a review of merge request ${number}`;
    const path = `/merge_requests/${number}`;
    const asked: number[] = [];
    for (const name of names) asked.push(await idOf(instance, doing, name));
    const { reviewers = [] } = (await project(doing, path)).body as GitlabMergeRequest;
    const there = reviewers.map(({ id }) => id);
    if (asked.every((id) => there.includes(id))) return;
    const reviewer_ids = [...new Set([...there, ...asked])];
    const { body } = await project(doing, path, { method: 'PUT', body: { reviewer_ids } });
    const taken = ((body as GitlabMergeRequest).reviewers ?? []).map(({ id }) => id);
    const left = names.filter((_, index) => !taken.includes(asked[index] ?? 0));
    if (left.length > 0)
      throw wishRefused(
        `${doing}: GitLab does not take ${left.join(', ')}: each reviewer must be able to see the project, and without a licence GitLab takes one only`,
      );
  };

interface MergeSettings {
  readonly merge_method?: 'merge' | 'rebase_merge' | 'ff';
  readonly squash_option?: 'never' | 'always' | 'default_on' | 'default_off';
}

/** What of a method a project's settings rule out: on GitLab all but squashing is the project's choice, not the merge request's. */
const ruledOut = (
  method: MergeMethod,
  { merge_method = 'merge', squash_option }: MergeSettings,
): string | undefined => {
  if (method === 'squash')
    return squash_option === 'never' ? 'the project allows no squashing: allow it in its settings' : undefined;
  if (squash_option === 'always') return 'the project squashes always: say squash';
  if (method === 'rebase' && merge_method === 'merge')
    return 'the project merges by merge commits: choose the fast-forward method in its settings';
  if (method === 'merge' && merge_method === 'ff')
    return 'the project merges by fast-forward alone: choose another method in its settings';
  return undefined;
};

/** What cannot be merged yet is asked for again; who may not merge at all is told so. */
const mergeRefusal = (status: number, doing: string, { failure }: FailureError): FailureError =>
  status === 401
    ? wishRefused(
        `${doing}: the token's user may not merge into the base branch: allow it, or remove autoMerge (${failure.message})`,
      )
    : new FailureError({ ...failure, remedy: 'retry', reason: 'NotNow' });

/** Beside `auto_merge`, of GitLab 17.11 and later, stands what it was called before. */
const createAutoMerge =
  (project: Rest): NonNullable<Forge['autoMerge']> =>
  async ({ number, head }, method) => {
    const doing = `Scheduling the merge of merge request ${number}`;
    const path = `/merge_requests/${number}`;
    const merge = (await project(doing, path)).body as GitlabMergeRequest;
    if (merge.state !== 'opened' || merge.merge_when_pipeline_succeeds === true) return;
    const obstacle = ruledOut(method, (await project(doing, '')).body as MergeSettings);
    if (obstacle !== undefined) throw wishRefused(`${doing}: ${obstacle}, or correct autoMerge`);
    const body = { auto_merge: true, merge_when_pipeline_succeeds: true, sha: head, squash: method === 'squash' };
    const request = { method: 'PUT', body, expected: [401, 405, 406, 422] } as const;
    const { status, refusal } = await project(doing, `${path}/merge`, request);
    if (refusal) throw mergeRefusal(status, doing, refusal);
  };

/** What a strategy can ask for beyond the merge request itself, on GitLab; labels that the project has not are made by it. */
export const gitlabWishes = (
  project: Rest,
  instance: Rest,
): Required<Pick<Forge, 'addLabels' | 'requestReviews' | 'autoMerge'>> => ({
  addLabels: async (number, labels) => {
    const body = { add_labels: labels };
    await project(`Labelling merge request ${number}`, `/merge_requests/${number}`, { method: 'PUT', body });
  },
  requestReviews: createRequestReviews(project, instance),
  autoMerge: createAutoMerge(project),
});
