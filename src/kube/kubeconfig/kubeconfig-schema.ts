import { z } from 'zod';

/** A field that must not be there; empty counts as absent, as it does for kubectl. */
const refused = (why: string) => z.union([z.null(), z.literal(''), z.literal(false)], { error: why }).optional();

const text = z.string({ error: 'must be a string' });
const base64 = text.regex(/^[A-Za-z0-9+/=\s]+$/, { error: 'must be base64' });
const harmless = z.unknown().optional();

const inline = (field: string) =>
  `points to a file, which would be read in Leafwatch's own pod: put its content in \`${field}\``;
const runs = 'runs code in Leafwatch: use `token` or `client-certificate-data`, for instance of a ServiceAccount';
const impersonates = 'is not supported: give the ServiceAccount the rights it needs instead';
const basic = 'is not supported by Kubernetes any more: use `token` or `client-certificate-data`';

const Cluster = z.strictObject({
  server: text,
  'certificate-authority-data': base64.nullish(),
  'certificate-authority': refused(inline('certificate-authority-data')),
  'insecure-skip-tls-verify': z.boolean({ error: 'must be true or false' }).nullish(),
  'tls-server-name': text.nullish(),
  'proxy-url': text.nullish(),
  'disable-compression': harmless,
  extensions: harmless,
});

const User = z.strictObject({
  token: text.nullish(),
  'client-certificate-data': base64.nullish(),
  'client-key-data': base64.nullish(),
  exec: refused(runs),
  'auth-provider': refused(runs),
  tokenFile: refused(inline('token')),
  'client-certificate': refused(inline('client-certificate-data')),
  'client-key': refused(inline('client-key-data')),
  username: refused(basic),
  password: refused(basic),
  as: refused(impersonates),
  'as-uid': refused(impersonates),
  'as-groups': refused(impersonates),
  'as-user-extra': refused(impersonates),
  extensions: harmless,
});

const Context = z.strictObject({ cluster: text, user: text, namespace: text.nullish(), extensions: harmless });

/**
 * The kubeconfig that Leafwatch accepts from others: self-contained, and nothing in it that runs code, reads a file or is
 * unknown to us, in no entry, whether in use or not. What only tools read (`preferences`, `extensions`) is let through.
 */
export const Kubeconfig = z.strictObject({
  apiVersion: harmless,
  kind: harmless,
  preferences: harmless,
  extensions: harmless,
  'current-context': text.min(1, { error: 'must name a context' }),
  clusters: z.array(z.strictObject({ name: text, cluster: Cluster })),
  users: z.array(z.strictObject({ name: text, user: User })),
  contexts: z.array(z.strictObject({ name: text, context: Context })),
});
export type Kubeconfig = z.infer<typeof Kubeconfig>;
export type KubeconfigCluster = z.infer<typeof Cluster>;
export type KubeconfigUser = z.infer<typeof User>;
