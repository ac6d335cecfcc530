import { parseDocument } from 'yaml';
import type { z } from 'zod';
import type { Credentials } from '../wire/credentials.ts';
import { authenticationOf } from './kubeconfig-authentication.ts';
import { endpointOf, type Allowed } from './kubeconfig-endpoint.ts';
import { kubeconfigRefusal } from './kubeconfig-refusal.ts';
import { Kubeconfig } from './kubeconfig-schema.ts';

/**
 * The credentials of a kubeconfig's current context. Throws a FailureError (`KubeconfigRefused`, give up) that names the
 * field and says what to do, and never holds anything of the kubeconfig's content but names of fields.
 */
export const parseKubeconfig = (text: string, allowed: Allowed): Credentials => {
  const kubeconfig = checked(read(text));
  const contexts = kubeconfig.contexts.map(({ name }) => name);
  const context = kubeconfig.contexts[contexts.indexOf(kubeconfig['current-context'])]?.context;
  if (!context) throw kubeconfigRefusal('current-context', 'names a context that is not in `contexts`');
  const clusterAt = kubeconfig.clusters.findIndex(({ name }) => name === context.cluster);
  const userAt = kubeconfig.users.findIndex(({ name }) => name === context.user);
  const cluster = kubeconfig.clusters[clusterAt]?.cluster;
  const user = kubeconfig.users[userAt]?.user;
  if (!cluster) throw kubeconfigRefusal('contexts', 'the current context names a cluster that is not in `clusters`');
  if (!user) throw kubeconfigRefusal('contexts', 'the current context names a user that is not in `users`');
  return {
    ...endpointOf(cluster, `clusters[${clusterAt}].cluster`, allowed),
    auth: authenticationOf(user, `users[${userAt}].user`),
    namespace: context.namespace ?? undefined,
  };
};

/** A kubeconfig of one user with certificates has about 6 KB; parsing takes the square of a hostile one's length. */
const longest = 65_536;

const read = (text: string): unknown => {
  if (text.length > longest)
    throw kubeconfigRefusal('', `is longer than ${longest / 1024} KiB: keep one context in it`);
  const document = parseDocument(text);
  const [problem] = document.errors;
  // The parser's own message quotes the line, and the line may be the token.
  if (problem)
    throw kubeconfigRefusal('', `is not valid YAML (line ${problem.linePos?.[0].line ?? 1}: ${problem.code})`);
  try {
    return document.toJS({ maxAliasCount: 10 });
  } catch {
    throw kubeconfigRefusal('', 'uses more YAML aliases than a kubeconfig needs');
  }
};

const checked = (value: unknown): Kubeconfig => {
  const result = Kubeconfig.safeParse(value);
  if (result.success) return result.data;
  const [first] = result.error.issues;
  throw first === undefined ? kubeconfigRefusal('', 'cannot be read') : kubeconfigRefusal(...problemOf(first));
};

const problemOf = (issue: z.core.$ZodIssue): [field: string, why: string] => {
  if (issue.code === 'unrecognized_keys')
    return [pathOf([...issue.path, ...issue.keys.slice(0, 1)]), 'is not known here: remove it'];
  return [
    pathOf(issue.path),
    issue.code === 'invalid_type' && !/^must/.test(issue.message)
      ? `must be ${article(issue.expected)}`
      : issue.message,
  ];
};

const article = (type: string): string => (/^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`);

/** A field's path as people write it; a key that does not look like a field's name may be a value that slipped. */
const pathOf = (path: readonly PropertyKey[]): string =>
  path
    .map((key) => {
      if (typeof key === 'number') return `[${key}]`;
      return /^[A-Za-z-]{1,40}$/.test(String(key)) ? `.${String(key)}` : '.(an odd key)';
    })
    .join('')
    .replace(/^\./, '');
