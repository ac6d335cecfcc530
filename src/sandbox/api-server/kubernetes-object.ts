/** Any JSON object. */
export type Fields = Record<string, unknown>;

/** Who owns which fields, in the API server's own notation (FieldsV1). */
export type ManagedFieldsEntry = {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly time: string;
  readonly fieldsType: 'FieldsV1';
  readonly fieldsV1: Fields;
  readonly subresource?: string;
};

/** The part of an object that the API server itself understands. */
export type Metadata = {
  readonly name: string;
  readonly namespace?: string;
  readonly generateName?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly managedFields?: readonly ManagedFieldsEntry[];
};

/** An object as stored and sent; never changed in place. */
export type KubernetesObject = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
  readonly [field: string]: unknown;
};

/** Whether `value` is a JSON object (not null, not a list). */
export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `value` if it is a JSON object, else an empty one. */
export const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});

/** `value` if it is a list, else an empty one. */
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The object without the named fields. */
export const without = <T extends object>(object: T, ...names: readonly string[]): T =>
  Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name))) as T;

/** The key of an object within its resource; keys sort as the API server lists. */
export const keyOf = ({ namespace, name }: Pick<Metadata, 'name' | 'namespace'>): string =>
  namespace === undefined || namespace === '' ? name : `${namespace}/${name}`;

/** Now, in whole seconds, as Kubernetes writes times. */
export const timestamp = (): string => new Date().toISOString().replace(/\.\d+Z$/, 'Z');
