import { z } from 'zod';
import { withoutDigest } from './without-digest.ts';

const name = z.string().min(1).max(253);
const version = z.string().min(1).max(256);

/**
 * An event as Flux's notification-controller posts it, as far as it is needed. What lies in `metadata` beside the revision is
 * from the Alert's `eventMetadata`.
 */
const Body = z.object({
  involvedObject: z.object({ kind: z.string().max(253), name, namespace: name }),
  severity: z.enum(['info', 'error']),
  timestamp: z.iso.datetime({ offset: true }),
  message: z.string(),
  reason: z.string().min(1).max(256),
  metadata: z
    .object({
      revision: version.optional(),
      'oci-digest': z.string().max(256).optional(),
      cluster: name.optional(),
    })
    .optional(),
});

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
  /** The cluster that the Alert says it comes from. */
  readonly cluster: string | undefined;
}

const parse = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
};

/** Reads a request's body, whatever it is; a text says what is wrong with it, and repeats nothing of it. */
export const readFluxEvent = (body: Uint8Array): FluxEvent | string => {
  const parsed = parse(Buffer.from(body.buffer, body.byteOffset, body.length).toString());
  if (parsed === undefined) return 'the body is not JSON';
  const { success, data, error } = Body.safeParse(parsed);
  if (!success) return `the body is no event of Flux: ${error.issues[0]?.path.join('.') ?? ''} is not as it should be`;
  const { involvedObject, severity, timestamp, message, reason, metadata = {} } = data;
  const { revision, 'oci-digest': digest, cluster } = metadata;
  return {
    ...involvedObject,
    severity,
    at: Date.parse(timestamp),
    message,
    reason,
    revision: revision === undefined ? undefined : withoutDigest(revision, digest),
    cluster,
  };
};
