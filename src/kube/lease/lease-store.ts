import { CoordinationV1Api, V1Lease, V1MicroTime, V1ObjectMeta, V1LeaseSpec } from '@kubernetes/client-node';
import { ApiError, callApi, makeApi, type CallDeps } from '../call/api-call.ts';
import type { LeaseRecord } from './lease-claim.ts';

/** Shorter than the renew deadline, so that one hanging request does not cost the leadership. */
const requestTimeout = 5_000;

/** Where one Lease is kept. `write` fails when the object is no longer at the record's version. */
export interface LeaseStore {
  readonly read: () => Promise<LeaseRecord | undefined>;
  readonly write: (record: LeaseRecord) => Promise<LeaseRecord>;
}

/** The Lease object of that name; it is created with the first write. */
export const createLeaseStore = (
  deps: CallDeps & { readonly namespace: string; readonly name: string },
): LeaseStore => {
  const { namespace, name } = deps;
  const api = makeApi(CoordinationV1Api, deps.kubeConfig, requestTimeout);
  const call = callApi(deps);
  const lease = `Lease ${namespace}/${name}`;
  return {
    read: () =>
      call('GET', `reading ${lease}`, () => api.readNamespacedLease({ namespace, name })).then(
        recordOf,
        (error: unknown) => {
          if (error instanceof ApiError && error.code === 404) return undefined;
          throw error;
        },
      ),
    write: async (record) => {
      const body = leaseOf(record, namespace, name);
      return recordOf(
        record.version === undefined
          ? await call('POST', `creating ${lease}`, () => api.createNamespacedLease({ namespace, body }))
          : await call('PUT', `writing ${lease}`, () => api.replaceNamespacedLease({ namespace, name, body })),
      );
    },
  };
};

const recordOf = ({ metadata, spec }: V1Lease): LeaseRecord => {
  const { holderIdentity = '', leaseDurationSeconds = 0, leaseTransitions = 0 } = spec ?? new V1LeaseSpec();
  return {
    holder: holderIdentity,
    durationSeconds: leaseDurationSeconds,
    acquiredAt: timeOf(spec?.acquireTime),
    renewedAt: timeOf(spec?.renewTime),
    transitions: leaseTransitions,
    version: metadata?.resourceVersion,
  };
};

// client-node declares V1MicroTime, and hands out the text that came (2.0.1).
const timeOf = (time: Date | string | undefined): number => new Date(time ?? 0).getTime();

const leaseOf = (record: LeaseRecord, namespace: string, name: string): V1Lease =>
  Object.assign(new V1Lease(), {
    metadata: Object.assign(new V1ObjectMeta(), {
      namespace,
      name,
      ...(record.version === undefined ? {} : { resourceVersion: record.version }),
    }),
    spec: Object.assign(new V1LeaseSpec(), {
      holderIdentity: record.holder,
      leaseDurationSeconds: record.durationSeconds,
      acquireTime: new V1MicroTime(record.acquiredAt),
      renewTime: new V1MicroTime(record.renewedAt),
      leaseTransitions: record.transitions,
    }),
  });
