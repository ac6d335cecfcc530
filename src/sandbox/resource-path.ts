import type { KubeClient } from './kube-client.ts';

/** An object as people write it into YAML. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

export const isManifest = (value: unknown): value is Manifest =>
  typeof value === 'object' && value !== null && 'apiVersion' in value && 'kind' in value && 'metadata' in value;

/** Where an object lives, by the server's own discovery; nowhere when the server does not know its kind. */
export const resourcePath = async (
  client: KubeClient,
  { apiVersion, kind, metadata }: Manifest,
): Promise<string | undefined> => {
  const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const known = (await client.call('GET', group)) as
    { resources: readonly { name: string; kind: string; namespaced: boolean }[] } | undefined;
  const resource = known?.resources.find((one) => one.kind === kind && !one.name.includes('/'));
  if (resource === undefined) return undefined;
  const namespace = resource.namespaced ? `namespaces/${metadata.namespace ?? 'default'}/` : '';
  return `${group}/${namespace}${resource.name}/${metadata.name}`;
};
