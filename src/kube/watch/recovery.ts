import type { Failure } from '../../model/failure.ts';
import { BrokenStreamError } from '../wire/broken-stream.ts';
import { RefusedError, type Refusal } from '../wire/refusal.ts';
import { textOfError, UnreachableError } from '../wire/unreachable-error.ts';
import { SilentError } from '../wire/watchdog.ts';
import { TooMuchError } from './allowance.ts';
import { isPaged, listAgain, type Active } from './watch-state.ts';

/** What to do about a failed step: which state follows, how soon, and what it is called in front of people. */
export interface Recovery {
  readonly next: Active;
  /** `promptly` for what a server says in the ordinary course of things, `slowly` for what only a person can change. */
  readonly pace: 'promptly' | 'patiently' | 'slowly';
  readonly failure: Failure;
  /** Milliseconds that the server asked to be left alone. */
  readonly retryAfter: number;
}

/** What follows which failure is known here alone. `watched` is what is watched and where, for people. */
export const recoverFrom = (state: Active, error: unknown, watched: string): Recovery => {
  if (error instanceof RefusedError) return fromRefusal(state, error.refusal, watched);
  const calm = { pace: 'patiently', retryAfter: 0 } as const;
  if (error instanceof UnreachableError)
    return {
      ...calm,
      next: state,
      failure: failureFor('Unreachable', `${watched}: cannot be reached: ${error.message}`),
    };
  if (error instanceof TooMuchError) return fromTooMuch(state, error, watched);
  return {
    ...calm,
    next: afterBreak(state, error),
    failure: failureFor('StreamBroken', `${watched}: ${brokenText(error)}`),
  };
};

/** What is too much for one answer may come in pages; what is too much for pages too is for a person to divide. */
const fromTooMuch = (state: Active, { what, message }: TooMuchError, watched: string): Recovery => {
  const advice = 'let the kubeconfig list only the namespaces of targets';
  if (what === 'bytes' && !(state.type === 'listing' && isPaged(state)))
    return {
      pace: 'patiently',
      retryAfter: 0,
      next: { ...unstreamed(state), version: '' },
      failure: failureFor(
        'TooMuch',
        `${watched}: ${message} at once; it is asked for in pages: if they do not come, ${advice}`,
      ),
    };
  return {
    pace: 'slowly',
    retryAfter: 0,
    next: listAgain(state, state.version),
    failure: waitFor('TooMuch', `${watched}: ${message}: ${advice}`),
  };
};

const fromRefusal = (state: Active, refusal: Refusal, watched: string): Recovery => {
  const said = `${watched}: ${refusal.message || `HTTP status ${refusal.code}`}`;
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
        // What other rights show meanwhile may differ from what was held: a list makes it one again.
        next: listAgain(state, state.version),
        pace: 'slowly',
        retryAfter,
        failure: waitFor('Forbidden', `${said}: allow get, list and watch by RBAC`),
      };
    case 404:
      return {
        next: listAgain(state, state.version),
        // A version that is served no more may have made room for another.
        pace: state.type === 'watching' ? 'promptly' : 'slowly',
        retryAfter,
        failure: waitFor('NotServed', `${said}: install its CustomResourceDefinition`),
      };
    case 400:
    case 422:
      return { next: afterMisfit(state), pace: 'patiently', retryAfter, failure: failureFor('ServerError', said) };
    default:
      return {
        next: listAgain(state, state.version),
        pace: 'patiently',
        retryAfter,
        failure: failureFor('ServerError', said),
      };
  }
};

/** A server that does not stream says so by refusing what it does not know; else it is the version that does not fit. */
const afterMisfit = (state: Active): Active => (state.type === 'streaming' ? unstreamed(state) : listAgain(state, ''));

const unstreamed = (state: Active): Active => ({ ...listAgain(state, state.version), streams: false });

/** Pages that expire are followed by one whole list; a list that is too old by one that only the newest will do. */
const afterExpiry = (state: Active): Active => {
  if (state.type === 'watching') return listAgain(state, state.version);
  if (state.type === 'listing' && state.page.type === 'next') return { ...state, version: '', page: { type: 'whole' } };
  return listAgain(state, '');
};

/**
 * A broken watch goes on from where it was. The second in a row that said nothing is answered by a list: a watch from a
 * version of the future is silent for ever, and a line that does not parse would come again and again.
 * A server that is silent before it has told all there is ignores that it was to; where telling broke off, this once a list will do.
 */
const afterBreak = (state: Active, error: unknown): Active => {
  switch (state.type) {
    case 'watching':
      return state.broken > 0 ? listAgain(state, state.version) : { ...state, broken: state.broken + 1 };
    case 'streaming':
      return error instanceof SilentError ? unstreamed(state) : { ...state, type: 'listing', page: { type: 'first' } };
    case 'asking':
    case 'listing':
      return listAgain(state, state.version);
  }
};

const failureFor = (reason: string, message: string): Failure => ({ remedy: 'retry', reason, message });
const waitFor = (reason: string, message: string): Failure => ({ remedy: 'wait', reason, message });

const brokenText = (error: unknown): string =>
  error instanceof BrokenStreamError || error instanceof SilentError
    ? error.message
    : `the connection broke: ${textOfError(error)}`;
