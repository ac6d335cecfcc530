/** A namespaced object's identity within a cluster: `<namespace>/<name>`. */
export type ObjectKey = `${string}/${string}`;

export const objectKey = (namespace: string, name: string): ObjectKey => `${namespace}/${name}`;

/** The two halves of a key; neither namespaces nor names may hold a slash. */
export const splitKey = (key: ObjectKey): { readonly namespace: string; readonly name: string } => {
  const slash = key.indexOf('/');
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
};
