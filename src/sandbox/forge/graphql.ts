import { readFileSync } from 'node:fs';
import { buildSchema, graphql, GraphQLError } from 'graphql';
import { ok, type Answer } from './answer.ts';
import type { PullRequest } from './describe-pull-request.ts';
import { htmlOf, nodeIdOf, type HostedRepository } from './describe-repository.ts';
import type { PullRequests } from './pull-requests.ts';

/** A request that is not of GitHub's own schema is refused, as an answer is that is not. */
const schema = buildSchema(readFileSync(new URL('github-api.graphql', import.meta.url), 'utf8'));

interface Merge {
  readonly pullRequestId: string;
  readonly mergeMethod: string;
  readonly expectedHeadOid?: string;
}

interface Listing {
  readonly states?: readonly string[];
  readonly first?: number;
  readonly after?: string;
}

/** Has a pull request merged as soon as it can be. */
const enableAutoMerge = async (hosted: HostedRepository, pulls: PullRequests, input: Merge) => {
  const { pullRequestId, mergeMethod, expectedHeadOid } = input;
  const isAsked = ({ number }: PullRequest) => nodeIdOf(`${htmlOf(hosted)}/pull/${number}`) === pullRequestId;
  const pull = (await pulls.all()).find(isAsked);
  if (!pull) throw new GraphQLError(`Could not resolve to a node with the global id of '${pullRequestId}'`);
  if (expectedHeadOid !== undefined && expectedHeadOid !== pull.headSha)
    throw new GraphQLError('Head sha does not match expected value');
  if (pulls.statuses.allow(pull.headSha)) throw new GraphQLError('Pull request Pull request is in clean status');
  await pulls.edit(pull.number, { autoMerge: mergeMethod.toLowerCase() });
  return { clientMutationId: null };
};

const listed = async (pulls: PullRequests, { states, first, after }: Listing) => {
  if (first === undefined || first > 100)
    throw new GraphQLError('You must provide a `first` or `last` value of at most 100 to paginate the connection.');
  const stateOf = ({ mergedAt, state }: PullRequest) => (mergedAt === null ? state.toUpperCase() : 'MERGED');
  const found = (await pulls.all()).filter((pull) => states?.includes(stateOf(pull)) ?? true);
  const start = Number(after ?? 0);
  const nodes = found.slice(start, start + first).map((pull) => ({
    number: pull.number,
    mergeable: async () => ((await pulls.isMergeable(pull)) ? 'MERGEABLE' : 'CONFLICTING'),
  }));
  const end = start + nodes.length;
  return { nodes, pageInfo: { hasNextPage: end < found.length, endCursor: String(end) } };
};

/** What the sandbox has of GitHub's GraphQL API, by GitHub's schema; refusals are answered with 200, as there. */
export const answerGraphql = async (
  hosted: HostedRepository,
  pulls: PullRequests,
  { query, variables }: Readonly<Record<string, unknown>>,
): Promise<Answer> => {
  const rootValue = {
    repository: ({ owner, name }: { readonly owner: string; readonly name: string }) =>
      `${owner}/${name}` === `${hosted.owner}/${hosted.name}`
        ? { pullRequests: (asked: Listing) => listed(pulls, asked) }
        : new GraphQLError(`Could not resolve to a Repository with the name '${owner}/${name}'.`),
    enablePullRequestAutoMerge: ({ input }: { readonly input: Merge }) => enableAutoMerge(hosted, pulls, input),
  };
  const source = typeof query === 'string' ? query : '';
  const variableValues = (variables ?? {}) as Readonly<Record<string, unknown>>;
  const { data, errors } = await graphql({ schema, source, rootValue, variableValues });
  return ok({ data: data ?? null, ...(errors ? { errors: errors.map((error) => error.toJSON()) } : {}) });
};
