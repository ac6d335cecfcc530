import type { SchedulerLike } from 'rxjs';
import type { Clock } from '../../model/clock.ts';
import type { Answer } from './answer.ts';
import type { Connection } from './connection.ts';
import { UnreachableError } from './unreachable-error.ts';
import { readRefusal, RefusedError } from './refusal.ts';
import { attended } from './attended.ts';
import type { Patience } from './watchdog.ts';

/** Whom to ask, and what asking needs. */
export interface Asking {
  readonly connection: Connection;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly scheduler: SchedulerLike;
}

/** For a body that is meant to come at once. */
export const bodyPatience: Patience = { silence: () => 30_000, total: 300_000 };

/** Asks for `path`; throws UnreachableError when no answer comes, and RefusedError for any answer but 200. */
export const ask = async (
  { connection, signal, clock, scheduler }: Asking,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> => {
  const answer = await connection.request(path, { signal, headers }).catch((error: unknown) => {
    throw new UnreachableError(error);
  });
  if (answer.status === 200) return answer;
  throw new RefusedError(await readRefusal(answer, attended(answer, bodyPatience, scheduler), clock.now()));
};
