import type { Failure } from '../model/failure.ts';
import { BrokenStreamError } from './lines.ts';
import { RefusedError, type Refusal } from './refusal.ts';
import { SilentError } from './watchdog.ts';
import { listAgain, type Listing, type Watching } from './watch-state.ts';

/** What to do about a failed step: which state follows, how soon, and what it is called in front of people. */
export interface Recovery {
  readonly next: Listing | Watching;
  /** `promptly` for what a server says in the ordinary course of things, `slowly` for what only a person can change. */
  readonly pace: 'promptly' | 'patiently' | 'slowly';
  readonly failure: Failure;
  /** Milliseconds that the server asked to be left alone. */
  readonly retryAfter: number;
}

/** No answer came at all. */
export class UnreachableError extends Error {
  constructor(cause: unknown) {
    super(textOfError(cause), { cause });
    this.name = 'UnreachableError';
  }
}

/** The one place that knows what follows which failure. `place` is what is watched and where, for people. */
export const recoverFrom = (state: Listing | Watching, error: unknown, place: string): Recovery => {
  if (error instanceof RefusedError) return fromRefusal(state, error.refusal, place);
  const calm = { pace: 'patiently', retryAfter: 0 } as const;
  if (error instanceof UnreachableError)
    return {
      ...calm,
      next: state,
      failure: failureFor('Unreachable', `${place}: cannot be reached: ${error.message}`),
    };
  return { ...calm, next: afterBreak(state), failure: failureFor('StreamBroken', `${place}: ${brokenText(error)}`) };
};

const fromRefusal = (state: Listing | Watching, refusal: Refusal, place: string): Recovery => {
  const said = `${place}: ${refusal.message || `HTTP status ${refusal.code}`}`;
  const retryAfter = refusal.retryAfter ?? 0;
  if (refusal.tooLarge)
    return {
      next: listAgain(state, ''),
      pace: 'promptly',
      retryAfter,
      failure: failureFor('VersionFromTheFuture', said),
    };
  switch (refusal.code) {
    case 410:
      return { next: afterExpiry(state), pace: 'promptly', retryAfter, failure: failureFor('Expired', said) };
    case 429:
      return { next: state, pace: 'patiently', retryAfter, failure: failureFor('Throttled', said) };
    case 401:
      return {
        next: state,
        pace: 'patiently',
        retryAfter,
        failure: waitFor('Unauthorized', `${said}: the credentials are not accepted, renew them`),
      };
    case 403:
      return {
        next: state,
        pace: 'slowly',
        retryAfter,
        failure: waitFor('Forbidden', `${said}: allow get, list and watch by RBAC`),
      };
    case 404:
      return {
        next: listAgain(state, state.version),
        pace: 'slowly',
        retryAfter,
        failure: waitFor('NotServed', `${said}: install its CustomResourceDefinition`),
      };
    case 400:
      return { next: listAgain(state, ''), pace: 'patiently', retryAfter, failure: failureFor('ServerError', said) };
    default:
      return {
        next: listAgain(state, state.version),
        pace: 'patiently',
        retryAfter,
        failure: failureFor('ServerError', said),
      };
  }
};

/** Pages that expire are followed by one whole list; a list that is too old by one that only the newest will do. */
const afterExpiry = (state: Listing | Watching): Listing => {
  if (state.type === 'watching') return listAgain(state, state.version);
  return { ...listAgain(state, ''), page: { type: state.page.type === 'next' ? 'whole' : 'first' } };
};

/**
 * A broken watch goes on from where it was. The second in a row that said nothing is answered by a list: a watch from a
 * version of the future is silent for ever, and a line that does not parse would come again and again.
 */
const afterBreak = (state: Listing | Watching): Listing | Watching => {
  if (state.type === 'listing' || state.broken > 0) return listAgain(state, state.version);
  return { ...state, broken: state.broken + 1 };
};

const failureFor = (reason: string, message: string): Failure => ({ remedy: 'retry', reason, message });
const waitFor = (reason: string, message: string): Failure => ({ remedy: 'wait', reason, message });

const brokenText = (error: unknown): string =>
  error instanceof BrokenStreamError || error instanceof SilentError
    ? error.message
    : `the connection broke: ${textOfError(error)}`;

/** Node tells a refusal over several addresses as an AggregateError without a message. */
const textOfError = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return error.message || code;
};
