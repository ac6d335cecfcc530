import { withoutDigest } from './without-digest.ts';

/** What an event of Flux says about a release. `at` is its own time, milliseconds, in whole seconds. */
export interface FluxEvent {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  readonly severity: 'info' | 'error';
  readonly at: number;
  readonly message: string;
  readonly reason: string;
  /** The chart's version, without the digest that Flux appends to one from an OCI repository. */
  readonly revision: string | undefined;
  readonly appVersion?: string;
  /** The cluster that the Alert says it comes from. */
  readonly cluster: string | undefined;
}

const longestName = 253;
const longestWord = 256;
const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** How the members of a body are read: `wrong` is the path of the first that is not as it should be. By hand, since a schema took a third of a request's time. */
interface Reading {
  wrong?: string;
}

const recordAt = (reading: Reading, path: string, value: unknown): Readonly<Record<string, unknown>> => {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  reading.wrong ??= path;
  return {};
};

const textAt = (reading: Reading, path: string, value: unknown, longest: number): string => {
  if (typeof value === 'string' && value !== '' && value.length <= longest) return value;
  reading.wrong ??= path;
  return '';
};

const optionalTextAt = (...[reading, path, value, longest]: Parameters<typeof textAt>): string | undefined =>
  value === undefined ? undefined : textAt(reading, path, value, longest);

const severityAt = (reading: Reading, path: string, value: unknown): FluxEvent['severity'] => {
  if (value === 'info' || value === 'error') return value;
  reading.wrong ??= path;
  return 'error';
};

const timeAt = (reading: Reading, path: string, value: unknown): number => {
  const time = typeof value === 'string' && rfc3339.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(time)) reading.wrong ??= path;
  return time;
};

/** What lies in `metadata` beside the revision is from the Alert's `eventMetadata`. */
const eventIn = (reading: Reading, body: unknown): FluxEvent => {
  const { involvedObject, severity, timestamp, message, reason, metadata = {} } = recordAt(reading, '', body);
  const { kind, name, namespace } = recordAt(reading, 'involvedObject', involvedObject);
  const { revision, 'oci-digest': digest, 'app-version': app, cluster } = recordAt(reading, 'metadata', metadata);
  const version = optionalTextAt(reading, 'metadata.revision', revision, longestWord);
  const appVersion = optionalTextAt(reading, 'metadata.app-version', app, longestWord);
  const ociDigest = optionalTextAt(reading, 'metadata.oci-digest', digest, longestWord);
  return {
    kind: textAt(reading, 'involvedObject.kind', kind, longestName),
    name: textAt(reading, 'involvedObject.name', name, longestName),
    namespace: textAt(reading, 'involvedObject.namespace', namespace, longestName),
    severity: severityAt(reading, 'severity', severity),
    at: timeAt(reading, 'timestamp', timestamp),
    message: message === '' ? '' : textAt(reading, 'message', message, Number.POSITIVE_INFINITY),
    reason: textAt(reading, 'reason', reason, longestWord),
    revision: version === undefined ? undefined : withoutDigest(version, ociDigest),
    ...(appVersion === undefined ? {} : { appVersion }),
    cluster: optionalTextAt(reading, 'metadata.cluster', cluster, longestName),
  };
};

const parse = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
};

/**
 * Reads a request's body, an event as Flux's notification-controller posts it, as far as it is needed; a text says what is wrong with it,
 * and repeats nothing of it.
 */
export const readFluxEvent = (body: Uint8Array): FluxEvent | string => {
  const parsed = parse(Buffer.from(body.buffer, body.byteOffset, body.length).toString());
  if (parsed === undefined) return 'the body is not JSON';
  const reading: Reading = {};
  const event = eventIn(reading, parsed);
  return reading.wrong === undefined
    ? event
    : `the body is no event of Flux: ${reading.wrong === '' ? 'it' : reading.wrong} is not as it should be`;
};
