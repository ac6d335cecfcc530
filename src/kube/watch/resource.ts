/** A kind of object as a server lists it: everywhere or in one namespace, all or those that the selectors fit. */
export interface Resource {
  /** The API group; the core group is `''`. */
  readonly group: string;
  /** Versions that will do, best first. One alone is used unasked; of several, the first that the server serves. */
  readonly versions: readonly [string, ...string[]];
  readonly plural: string;
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

/** The path under which a server answers for `group`. */
export const pathOfGroup = (group: string): string => (group === '' ? '/api' : `/apis/${group}`);

/** The collection's path in API version `version`, without a query. */
export const pathOf = ({ group, plural, namespace }: Resource, version: string): string =>
  [pathOfGroup(group), version, ...(namespace === undefined ? [] : ['namespaces', namespace]), plural].join('/');

/** The query that selects the resource's objects, with `parameters` added; undefined ones are left out. */
export const queryOf = (
  { labelSelector, fieldSelector }: Resource,
  parameters: Readonly<Record<string, string | undefined>>,
): string => {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ labelSelector, fieldSelector, ...parameters }))
    if (value !== undefined) query.set(name, value);
  return query.toString();
};

/** How the resource is called in front of people. */
export const titleOf = ({ group, plural }: Resource): string => (group === '' ? plural : `${plural}.${group}`);
