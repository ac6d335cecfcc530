import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeClient } from '../kube-client.ts';

const name = 'helm-controller-leader-election';
const path = `/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/${name}`;

/**
 * Renews a Lease every `interval` milliseconds, as controllers do, until its signal: the version of a real cluster moves all the time, and
 * without that its API server would send no bookmarks.
 */
export const renewLease = async (client: KubeClient, interval: number, signal: AbortSignal): Promise<void> => {
  while (!signal.aborted) {
    const renewTime = new Date().toISOString().replace('Z', '000Z');
    const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name }, spec: { renewTime } };
    // A server that is away hears of it the next time.
    await client.apply(path, lease, 'helm-controller').catch(() => undefined);
    await sleep(interval, undefined, { signal }).catch(() => undefined);
  }
};
