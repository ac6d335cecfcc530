import { created, invalid, notFound, ok, refused, type Answer } from './answer.ts';
import type { CommitStatus } from './commit-statuses.ts';
import { describeLabel, describePullRequest } from './describe-pull-request.ts';
import { apiOf, describeUser, nodeIdOf, type HostedRepository } from './describe-repository.ts';
import type { PullRequests } from './pull-requests.ts';
import { textOf, type Request } from './request.ts';

const states = ['error', 'failure', 'pending', 'success'];

const namesIn = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];

const describeStatus = (hosted: HostedRepository, sha: string, { id, createdAt, ...status }: CommitStatus): object => ({
  ...status,
  id,
  node_id: nodeIdOf(String(id)),
  url: `${apiOf(hosted)}/statuses/${sha}`,
  avatar_url: `${hosted.origin}/leafwatch.png`,
  target_url: null,
  created_at: createdAt,
  updated_at: createdAt,
  creator: describeUser(hosted, 'leafwatch'),
});

/** What GitHub's REST API has around a pull request: labels, reviewers, and the statuses of its commits. */
export const reviewRoutes = (hosted: HostedRepository, pulls: PullRequests) => {
  const label = async ({ part, body }: Request): Promise<Answer> => {
    const pull = await pulls.find(Number(part));
    if (pull === undefined) return notFound;
    const labels = [...new Set([...pull.labels, ...namesIn(body['labels'])])];
    await pulls.edit(pull.number, { labels });
    return ok(labels.map((name) => describeLabel(hosted, name)));
  };

  const askReviewers = async ({ part, body }: Request): Promise<Answer> => {
    const pull = await pulls.find(Number(part));
    if (pull === undefined) return notFound;
    const asked = namesIn(body['reviewers']);
    if (!asked.every((name) => hosted.collaborators.includes(name)))
      return refused(422, 'Reviews may only be requested from collaborators.');
    const reviewers = [...new Set([...pull.reviewers, ...asked])];
    const changed = await pulls.edit(pull.number, { reviewers });
    return changed === undefined ? notFound : created(describePullRequest(hosted, changed));
  };

  const addStatus = async ({ part, body }: Request): Promise<Answer> => {
    const [state, context, description] = [textOf(body['state']), textOf(body['context']), textOf(body['description'])];
    if (state === undefined || !states.includes(state))
      return invalid({ resource: 'Status', field: 'state', code: 'invalid' });
    if (description !== undefined && description.length > 140)
      return invalid({ resource: 'Status', field: 'description', code: 'custom', message: 'is too long' });
    const createdAt = new Date().toISOString();
    const status = { state, context: context ?? 'default', description: description ?? null, createdAt };
    const added = pulls.statuses.add(part, status);
    await pulls.mergeWaiting();
    return created(describeStatus(hosted, part, added));
  };

  return [
    {
      method: 'POST',
      rest: '/issues/{issue_number}/labels',
      path: /^\/issues\/(\d+)\/labels$/,
      answer: label,
    },
    {
      method: 'POST',
      rest: '/pulls/{pull_number}/requested_reviewers',
      path: /^\/pulls\/(\d+)\/requested_reviewers$/,
      answer: askReviewers,
    },
    { method: 'POST', rest: '/statuses/{sha}', path: /^\/statuses\/([0-9a-f]{40})$/, answer: addStatus },
  ] as const;
};
