/** One reason among several why an object was refused. */
export type Cause = { readonly reason: string; readonly message: string; readonly field?: string };

/** What errors about a resource name: `helmreleases.helm.toolkit.fluxcd.io`. */
export type Named = { readonly group: string; readonly plural: string; readonly kind: string };

/** A refusal as the API server words it: `body` is a v1 Status. */
export class StatusError extends Error {
  readonly code: number;
  readonly body: Record<string, unknown>;

  constructor(code: number, reason: string, message: string, more: { details?: object; metadata?: object } = {}) {
    super(message);
    this.code = code;
    const { details, metadata = {} } = more;
    const head = { kind: 'Status', apiVersion: 'v1', metadata, status: 'Failure', message };
    this.body = { ...head, ...(reason !== '' && { reason }), ...(details && { details }), code };
  }
}

/** `plural.group`, or just `plural` in the core group. */
export const qualified = (name: string, group: string): string => (group === '' ? name : `${name}.${group}`);

const about = ({ group, plural }: Named, name: string): object => ({
  ...(name !== '' && { name }),
  ...(group !== '' && { group }),
  kind: plural,
});

export const unauthorized = (): StatusError => new StatusError(401, 'Unauthorized', 'Unauthorized');

export const badRequest = (message: string): StatusError => new StatusError(400, 'BadRequest', message);

export const notFound = (type: Named, name: string): StatusError =>
  new StatusError(404, 'NotFound', `${qualified(type.plural, type.group)} "${name}" not found`, {
    details: about(type, name),
  });

export const alreadyExists = (type: Named, name: string): StatusError =>
  new StatusError(409, 'AlreadyExists', `${qualified(type.plural, type.group)} "${name}" already exists`, {
    details: about(type, name),
  });

export const conflict = (type: Named, name: string, why: string): StatusError =>
  new StatusError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(type.plural, type.group)} "${name}": ${why}`,
    { details: about(type, name) },
  );

/** What a writer is told who read an older version. */
export const modified = 'the object has been modified; please apply your changes to the latest version and try again';

/** What a writer is told who means another object of the same name. */
export const otherUid = (wanted: string, own: string): string =>
  `Precondition failed: UID in precondition: ${wanted}, UID in object meta: ${own}`;

export const invalid = (type: Pick<Named, 'group' | 'kind'>, name: string, causes: readonly Cause[]): StatusError => {
  const said = causes.map(({ field, message }) => (field === undefined ? message : `${field}: ${message}`));
  const all = said.length === 1 ? said[0] : `[${said.join(', ')}]`;
  const { group, kind } = type;
  return new StatusError(422, 'Invalid', `${qualified(kind, group)} "${name}" is invalid: ${all ?? ''}`, {
    details: { ...(name !== '' && { name }), ...(group !== '' && { group }), kind, causes },
  });
};

/** What a patch is told that would change what identifies the object. */
export const immutable = (type: Named, name: string, field: string, value: string): StatusError =>
  invalid(type, name, [
    { reason: 'FieldValueInvalid', message: `Invalid value: "${value}": field is immutable`, field },
  ]);

export const methodNotAllowed = (): StatusError =>
  new StatusError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {
    details: {},
  });

export const unsupportedMediaType = (accepted: readonly string[]): StatusError =>
  new StatusError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  );

export const expired = (message: string, metadata: object = {}): StatusError =>
  new StatusError(410, 'Expired', message, { metadata });

export const tooLargeResourceVersion = (asked: number, current: number): StatusError =>
  new StatusError(504, 'Timeout', `Timeout: Too large resource version: ${asked}, current: ${current}`, {
    details: {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    },
  });
