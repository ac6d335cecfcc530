import { readFileSync } from 'node:fs';
import { Kind, parse, print, visit, type DocumentNode, type FieldDefinitionNode } from 'graphql';

/** What is asked of GitHub's GraphQL API: the types, and of those with fields the ones that are used. */
const used: Readonly<Record<string, readonly string[] | 'all'>> = {
  Query: ['repository'],
  Mutation: ['enablePullRequestAutoMerge'],
  Repository: ['pullRequests'],
  PullRequestConnection: ['nodes', 'pageInfo'],
  PullRequest: ['number', 'mergeable'],
  PageInfo: ['hasNextPage', 'endCursor'],
  EnablePullRequestAutoMergePayload: ['clientMutationId'],
  EnablePullRequestAutoMergeInput: 'all',
  IssueOrder: 'all',
  IssueOrderField: 'all',
  OrderDirection: 'all',
  MergeableState: 'all',
  PullRequestState: 'all',
  PullRequestMergeMethod: 'all',
  GitObjectID: 'all',
};

const without = <Node extends object>(node: Node): Node => ({ ...node, description: undefined, directives: [] });

/** The same with nothing but what is used, and without prose: what else there is of a type is none of the sandbox's business. */
const cut = (schema: DocumentNode): DocumentNode => {
  const definitions = schema.definitions.filter((one) => 'name' in one && one.name.value in used);
  return visit(
    { ...schema, definitions },
    {
      enter: (node) => ('description' in node ? without(node) : undefined),
      [Kind.OBJECT_TYPE_DEFINITION]: {
        leave: (node) => {
          const fields = used[node.name.value] ?? [];
          const isUsed = ({ name }: FieldDefinitionNode) => fields === 'all' || fields.includes(name.value);
          return { ...without(node), interfaces: [], fields: (node.fields ?? []).filter(isUsed) };
        },
      },
    },
  );
};

const library = new URL('node_modules/@octokit/graphql-schema/', import.meta.url);

/** From GitHub's own GraphQL schema, as `@octokit/graphql-schema` has it: what the sandbox's forge answers. */
export const githubGraphql = (): string => {
  const read = (name: string) => readFileSync(new URL(name, library), 'utf8');
  const { version } = JSON.parse(read('package.json')) as { readonly version: string };
  const heading = `# Cut by \`npm run generate\` from GitHub's public GraphQL schema, in @octokit/graphql-schema ${version}.\n\n`;
  return `${heading}${print(cut(parse(read('schema.graphql'))))}\n`;
};
