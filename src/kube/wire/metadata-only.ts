import type { Connection } from './connection.ts';

/** Metadata only, as kubectl and controllers ask for it; a server that cannot do that answers 406. */
const partial = (kind: string): string => `application/json;as=${kind};g=meta.k8s.io;v=v1`;

/** The same connection, over which lists and watches bring the objects' metadata and nothing else of them. */
export const metadataOnly = (connection: Connection): Connection => ({
  ...connection,
  request: (path, options) => {
    const isWatch = new URLSearchParams(path.split('?')[1]).get('watch') === 'true';
    const accept = partial(isWatch ? 'PartialObjectMetadata' : 'PartialObjectMetadataList');
    return connection.request(path, { ...options, headers: { ...options.headers, accept } });
  },
});
