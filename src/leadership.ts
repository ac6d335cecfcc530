import { concat, NEVER, of, ReplaySubject, share, tap, type Observable } from 'rxjs';
import type { Management } from './kube/call/management.ts';
import { createLeaseStore } from './kube/lease/lease-store.ts';
import { leaderElection } from './kube/lease/lease.ts';
import type { Clock } from './model/clock.ts';
import type { Settings } from './settings.ts';
import type { Log } from './telemetry/log.ts';
import type { Metrics } from './telemetry/metrics.ts';

export interface LeadershipDeps {
  readonly settings: Pick<Settings, 'namespace' | 'enableLeaderElection'>;
  readonly kubeConfig: Management['kubeConfig'];
  /** The Lease's name. */
  readonly name: string;
  /** Who we are in it. */
  readonly identity: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'answered' | 'led'>;
}

/** Whether this process leads; it does all the time when no election is held among several. */
export const watchLeadership = (deps: LeadershipDeps): Observable<boolean> => {
  const { settings, kubeConfig, name, identity, clock, log, metrics } = deps;
  const { namespace, enableLeaderElection } = settings;
  const store = createLeaseStore({ kubeConfig, clock, onAnswer: metrics.answered, namespace, name });
  const election = leaderElection({
    store,
    identity,
    clock,
    onFailure: ({ message, reason }) => log.warn(message, { reason }),
  });
  const leading = enableLeaderElection ? election : concat(of(true), NEVER);
  return leading.pipe(
    tap((leads) => {
      metrics.led(leads);
      log.info(leads ? 'leading' : 'not leading', { lease: name, identity });
    }),
    share({ connector: () => new ReplaySubject(1) }),
  );
};
