import { isDeepStrictEqual } from 'node:util';
import { fieldsOf, isFields } from './kubernetes-object.ts';
import { badRequest, StatusError } from './status-error.ts';

type Operation = { readonly op: string; readonly path: readonly string[]; readonly value: unknown };

/** The real server says no more, whichever operation it was. */
const refused = (): StatusError =>
  new StatusError(422, 'Invalid', 'the server rejected our request due to an error in our request', { details: {} });

const operationOf = (value: unknown): Operation => {
  const { op, path, value: wanted } = fieldsOf(value);
  const [root, ...steps] = String(path).split('/');
  if (root !== '' || steps.length === 0) throw refused();
  return {
    op: String(op),
    path: steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~')),
    value: wanted,
  };
};

const done = (old: unknown, { op, value }: Operation): unknown => {
  if (op === 'add' || op === 'replace') return value; // the real server replaces what is not there, too
  if (old === undefined || (op === 'test' && !isDeepStrictEqual(old, value))) throw refused();
  if (op === 'test') return old;
  if (op === 'remove') return undefined;
  throw refused();
};

const changed = (target: unknown, operation: Operation): unknown => {
  const [name, ...path] = operation.path;
  if (name === undefined) return done(target, operation);
  if (!isFields(target)) throw refused();
  const next = changed(target[name], { ...operation, path });
  return Object.fromEntries(Object.entries({ ...target, [name]: next }).filter(([, value]) => value !== undefined));
};

/** RFC 6902 as far as it speaks of the fields of objects: add, remove, replace and test; 422 when one of them cannot be done. */
export const jsonPatch = (target: unknown, patch: unknown): unknown => {
  if (!Array.isArray(patch)) throw badRequest('error decoding patch: json: cannot unmarshal object into a list');
  return patch.map(operationOf).reduce(changed, target);
};
