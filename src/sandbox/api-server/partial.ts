import type { KubernetesObject } from './kubernetes-object.ts';

/** Whether a client asks for metadata only, as metadata informers do. */
export const wantsPartial = (accept: string): boolean =>
  (accept.split(',')[0] ?? '').includes('as=PartialObjectMetadata');

/** An object without all that is not metadata. */
export const toPartial = ({ metadata }: KubernetesObject): object => ({
  kind: 'PartialObjectMetadata',
  apiVersion: 'meta.k8s.io/v1',
  metadata,
});

/** Such objects as a list. */
export const toPartialList = (objects: readonly KubernetesObject[], metadata: object): object => ({
  kind: 'PartialObjectMetadataList',
  apiVersion: 'meta.k8s.io/v1',
  metadata,
  items: objects.map(toPartial),
});
