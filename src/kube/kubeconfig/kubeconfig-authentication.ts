import { textInBase64 } from './base64-text.ts';
import { certificateProblem } from './certificate-problem.ts';
import type { Credentials } from '../wire/credentials.ts';
import { kubeconfigRefusal } from './kubeconfig-refusal.ts';
import type { KubeconfigUser } from './kubeconfig-schema.ts';

/** What proves who a kubeconfig's user is: its token, else its certificate. `path` leads to the entry, for refusals. */
export const authenticationOf = (user: KubeconfigUser, path: string): Credentials['auth'] => {
  const token = user.token?.trim();
  return token ? { type: 'token', token: plausible(token, `${path}.token`) } : certificateOf(user, path);
};

/** A token stands in a header: nothing in it may end that header. */
const plausible = (token: string, path: string): string => {
  if (!/^[\x21-\x7e]+$/.test(token)) throw kubeconfigRefusal(path, 'holds characters that no token has');
  return token;
};

const certificateOf = (user: KubeconfigUser, path: string): Credentials['auth'] => {
  const certificate = textInBase64(user['client-certificate-data']);
  const key = textInBase64(user['client-key-data']);
  if (certificate === undefined && key === undefined)
    throw kubeconfigRefusal(path, 'needs `token`, or `client-certificate-data` and `client-key-data`');
  if (certificate === undefined) throw kubeconfigRefusal(`${path}.client-certificate-data`, 'is missing');
  if (key === undefined) throw kubeconfigRefusal(`${path}.client-key-data`, 'is missing');
  const problem = certificateProblem({ certificate, key });
  if (problem !== undefined) throw kubeconfigRefusal(`${path}.client-certificate-data`, problem);
  return { type: 'certificate', certificate, key };
};
