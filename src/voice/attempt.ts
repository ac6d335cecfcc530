import { timer, type SchedulerLike } from 'rxjs';
import { FailureError, type Failure } from '../model/failure.ts';

/** How long a receiver may take for one: as long as Flux's own controllers give it; milliseconds. */
export const patience = 5000;

const silent: Failure = {
  remedy: 'retry',
  reason: 'ReceiverSilent',
  message: `the receiver has not answered within ${patience / 1000} s`,
};

/**
 * One try to send, which ends when the receiver's time is over, also where `send` does not: then it throws a FailureError. The signal of
 * `send` is aborted when nobody waits for it any more, and when `over` is.
 */
export const attempt = async (
  send: (signal: AbortSignal) => Promise<void>,
  over: AbortSignal,
  scheduler: SchedulerLike,
): Promise<void> => {
  const stop = new AbortController();
  const late = timer(patience, scheduler);
  const slow = new Promise<never>((_resolve, reject) => {
    const subscription = late.subscribe(() => {
      reject(new FailureError(silent));
      stop.abort();
    });
    stop.signal.addEventListener('abort', () => subscription.unsubscribe());
  });
  const end = () => stop.abort();
  over.addEventListener('abort', end);
  try {
    await Promise.race([send(stop.signal), slow]);
  } finally {
    over.removeEventListener('abort', end);
    stop.abort();
  }
};
