import {
  asyncScheduler,
  catchError,
  concat,
  defer,
  distinctUntilChanged,
  EMPTY,
  from,
  map,
  mergeMap,
  Observable,
  of,
  repeat,
  ReplaySubject,
  startWith,
  Subject,
  switchMap,
  takeUntil,
  tap,
  timer,
  type ObservableInput,
  type SchedulerLike,
} from 'rxjs';
import type { Clock } from '../../model/clock.ts';
import { failureOf, type Failure } from '../../model/failure.ts';
import { claimLease, observeLease, releaseLease, type LeaseRecord, type ObservedLease } from './lease-claim.ts';

/** client-go's numbers, milliseconds: how long a Lease holds, after how long without a renewal its holder stops, and how often both try. */
const leaseTimes = { duration: 15_000, renewDeadline: 10_000, retryPeriod: 2_000, jitter: 1.2 };

export interface LeaderElectionDeps {
  readonly store: {
    readonly read: () => ObservableInput<LeaseRecord | undefined>;
    readonly write: (record: LeaseRecord) => ObservableInput<LeaseRecord>;
  };
  /** Who we are: another value in every process. */
  readonly identity: string;
  readonly clock: Clock;
  readonly scheduler?: SchedulerLike;
  /** Told of each attempt that failed, for the log. */
  readonly onFailure?: (failure: Failure) => void;
}

/** Until when an attempt makes us the leader, milliseconds. */
type Term = number;
const noTerm: Term = -Infinity;

/**
 * Whether we lead, by a Lease: first false, then each change. It never errors. Leading ends when no renewal has succeeded
 * for the renew deadline, and that is before anybody else may begin. Another's Lease has run out when it has not changed for
 * its duration by our own clock. After unsubscribing, the attempt under way is ended and the Lease is released.
 */
export const leaderElection = (deps: LeaderElectionDeps): Observable<boolean> => {
  const { clock, scheduler = asyncScheduler } = deps;
  return new Observable<boolean>((subscriber) => {
    const terms = new Subject<Term>();
    const ended = new ReplaySubject<void>(1);
    const leading = terms.pipe(
      startWith(noTerm),
      switchMap((until) => {
        const left = until - clock.now();
        return left > 0 ? concat(of(true), timer(left, scheduler).pipe(map(() => false))) : of(false);
      }),
      distinctUntilChanged(),
    );
    subscriber.add(leading.subscribe(subscriber));
    campaign(deps, scheduler, ended).subscribe((term) => terms.next(term));
    subscriber.add(() => ended.next());
  });
};

/** One attempt after the other until `ended`, then the release. */
const campaign = (deps: LeaderElectionDeps, scheduler: SchedulerLike, ended: Observable<void>): Observable<Term> => {
  const { store, identity, clock } = deps;
  let observed: ObservedLease | undefined;
  const observe = (record: LeaseRecord | undefined): ObservedLease =>
    (observed = observeLease(observed, record, clock.now()));
  const write = (record: LeaseRecord) => from(store.write(record)).pipe(tap(observe));
  const quietly = catchError<Term, ObservableInput<Term>>((error: unknown) => {
    deps.onFailure?.(failureOf(error, 'leader election'));
    return EMPTY;
  });

  const attempt = defer(() => {
    // The term counts from before the request: whoever sees the answer late must not lead the longer for it.
    const until = clock.now() + leaseTimes.renewDeadline;
    return from(store.read()).pipe(
      mergeMap((record) => {
        const claim = claimLease(observe(record), identity, leaseTimes.duration / 1000, clock.now());
        return claim ? write(claim).pipe(map(() => until)) : of(noTerm);
      }),
      quietly,
    );
  });
  const isHolder = () => observed?.record?.holder === identity;
  const jitter = () => (isHolder() ? 0 : clock.random() * leaseTimes.jitter);
  const pause = () => timer(leaseTimes.retryPeriod * (1 + jitter()), scheduler);
  const release = defer(() => {
    const record = observed?.record;
    return record && isHolder() ? write(releaseLease(record, clock.now())).pipe(map(() => noTerm)) : EMPTY;
  }).pipe(quietly);
  return concat(attempt.pipe(repeat({ delay: () => pause().pipe(takeUntil(ended)) })), release);
};
