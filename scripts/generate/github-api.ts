import { readFileSync } from 'node:fs';

type Json = Readonly<Record<string, unknown>>;

/** The operations of GitHub's REST API that the sandbox's forge answers. */
const operations: Readonly<Record<string, readonly string[]>> = {
  '/repos/{owner}/{repo}': ['get'],
  '/repos/{owner}/{repo}/pulls': ['get', 'post'],
  '/repos/{owner}/{repo}/pulls/{pull_number}': ['get', 'patch'],
  '/repos/{owner}/{repo}/pulls/{pull_number}/merge': ['put'],
  '/repos/{owner}/{repo}/issues/{issue_number}/comments': ['get', 'post'],
  '/repos/{owner}/{repo}/git/refs/{ref}': ['delete'],
  '/repos/{owner}/{repo}/git/ref/{ref}': ['get'],
  '/repos/{owner}/{repo}/statuses/{sha}': ['post'],
  '/repos/{owner}/{repo}/issues/{issue_number}/labels': ['post'],
  '/repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers': ['post'],
  '/app/installations/{installation_id}/access_tokens': ['post'],
};

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The same without what says nothing about validity. */
const stripped = (value: unknown, inProperties = false): unknown => {
  if (Array.isArray(value)) return value.map((item) => stripped(item));
  if (!isObject(value)) return value;
  const prose = inProperties
    ? []
    : ['description', 'example', 'examples', 'title', 'x-github-breaking-changes', 'deprecated'];
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !prose.includes(key))
      .map(([key, item]) => [key, stripped(item, key === 'properties' && !inProperties)]),
  );
};

const refsIn = (value: unknown): readonly string[] =>
  [...JSON.stringify(value).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map((match) => match[1] ?? '');

/** From GitHub's own API description: the schema of each answer of each operation, as a JSON schema by `<method> <path> <status>`, and what these refer to. */
export const githubApi = (): Json => {
  const file = new URL('generated/api.github.com.json', import.meta.resolve('@octokit/openapi'));
  const source = JSON.parse(readFileSync(file, 'utf8')) as {
    paths: Record<string, Record<string, { responses: Record<string, Json> }>>;
    components: { schemas: Record<string, Json>; responses: Record<string, Json> };
  };
  const answer = (response: Json): unknown => {
    const ref = response['$ref'];
    if (typeof ref === 'string') return answer(source.components.responses[ref.split('/').at(-1) ?? ''] ?? {});
    return (response['content'] as Record<string, Json> | undefined)?.['application/json']?.['schema'] ?? true;
  };
  const answers = Object.entries(operations).flatMap(([path, methods]) =>
    methods.flatMap((method) =>
      Object.entries(source.paths[path]?.[method]?.responses ?? {}).map(
        ([status, response]) => [`${method.toUpperCase()} ${path} ${status}`, stripped(answer(response))] as const,
      ),
    ),
  );
  const schemas: Record<string, unknown> = {};
  const add = (name: string): void => {
    if (name in schemas) return;
    schemas[name] = stripped(source.components.schemas[name]);
    for (const ref of refsIn(schemas[name])) add(ref);
  };
  for (const ref of refsIn(answers)) add(ref);
  return { answers: Object.fromEntries(answers), components: { schemas } };
};
