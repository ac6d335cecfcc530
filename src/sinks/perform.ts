import type { Action, ActionOf, Outcome } from '../model/action.ts';
import { failureOf } from '../model/failure.ts';

/** One function for each type of action; each may throw a FailureError, or anything. */
export type Sinks = { readonly [T in Action['type']]: (action: ActionOf<T>) => Promise<Outcome> };

const dispatch = (sinks: Sinks, action: Action): Promise<Outcome> => {
  switch (action.type) {
    case 'write-status':
      return sinks['write-status'](action);
    case 'open-pull-request':
      return sinks['open-pull-request'](action);
    case 'follow-pull-request':
      return sinks['follow-pull-request'](action);
    case 'set-check':
      return sinks['set-check'](action);
    case 'close-pull-request':
      return sinks['close-pull-request'](action);
    case 'withdraw-pull-request':
      return sinks['withdraw-pull-request'](action);
    case 'leave-pull-request':
      return sinks['leave-pull-request'](action);
    case 'hand-over':
      return sinks['hand-over'](action);
    case 'remove-annotation':
      return sinks['remove-annotation'](action);
    case 'announce':
      return sinks.announce(action);
  }
};

/** Where every action ends: what its sink answers, or the failure that it threw. Never rejects. */
export const createPerform =
  (sinks: Sinks) =>
  async (action: Action): Promise<Outcome> => {
    try {
      return await dispatch(sinks, action);
    } catch (error) {
      return { type: 'failed', action, failure: failureOf(error, action.type) };
    }
  };
