import { ok, type Answer } from './answer.ts';
import type { PullRequest } from './describe-pull-request.ts';
import { htmlOf, nodeIdOf, type Place } from './describe-repository.ts';
import type { PullRequests } from './pull-requests.ts';

const refusal = (message: string): Answer =>
  ok({ data: { enablePullRequestAutoMerge: null }, errors: [{ type: 'UNPROCESSABLE', message }] });

const methods: Readonly<Record<string, string>> = { MERGE: 'merge', SQUASH: 'squash', REBASE: 'rebase' };

/** GitHub's GraphQL API, as far as the sandbox has it: the one mutation that has a pull request merged as soon as it can be. */
export const answerGraphql = async (
  place: Place,
  pulls: PullRequests,
  { query, variables }: Readonly<Record<string, unknown>>,
): Promise<Answer> => {
  if (typeof query !== 'string' || !query.includes('enablePullRequestAutoMerge'))
    return ok({ errors: [{ message: 'The sandbox has no other query' }] });
  const { pull: id, way, head } = (variables ?? {}) as Readonly<Record<string, string | undefined>>;
  const isAsked = ({ number }: PullRequest) => nodeIdOf(`${htmlOf(place)}/pull/${number}`) === id;
  const pull = (await pulls.all()).find(isAsked);
  if (!pull) return refusal(`Could not resolve to a node with the global id of '${id ?? ''}'`);
  if (head !== undefined && head !== pull.headSha) return refusal('Head sha does not match expected value');
  if (pulls.statuses.allow(pull.headSha)) return refusal('Pull request Pull request is in clean status');
  await pulls.edit(pull.number, { autoMerge: methods[way ?? 'MERGE'] ?? 'merge' });
  return ok({ data: { enablePullRequestAutoMerge: { clientMutationId: null } } });
};
