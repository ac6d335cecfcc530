import type { PromotionState } from '../model/pipeline-status.ts';

/** A step in the life of a promotion. `none` is before the first. */
export interface Transition {
  readonly from: readonly (PromotionState | 'none')[];
  readonly to: PromotionState;
  readonly when: string;
}

const ended = ['Closed', 'Superseded', 'Failed', 'Succeeded'] as const;

/** The life of a promotion: every change of state that there is, by name. Nothing else moves a record. */
export const transitions = {
  begin: { from: ['none'], to: 'Opening', when: 'the revision is due, or rejected, and nothing is remembered of it' },
  open: { from: ['Opening'], to: 'Open', when: 'its pull request is open' },
  notify: { from: ['Opening'], to: 'Notified', when: 'the event that hands it over has been sent' },
  merge: {
    from: ['Opening', 'Open'],
    to: 'Merged',
    when: 'its pull request is merged, or the base branch says the revision already',
  },
  close: { from: ['Opening', 'Open'], to: 'Closed', when: 'a person has closed its pull request without a merge' },
  reject: {
    from: ['none', 'Opening', 'Open', 'Notified', 'Failed'],
    to: 'Closed',
    when: 'a person has rejected the revision, and it was not made yet',
  },
  supersede: {
    from: ['Opening', 'Open', 'Notified'],
    to: 'Superseded',
    when: 'another revision is due in the environment',
  },
  'give-up': { from: ['Opening'], to: 'Failed', when: 'only a person can change why it cannot be made' },
  fail: {
    from: ['Notified', 'Merged'],
    to: 'Failed',
    when: 'a target of the destination has failed on it, or was rolled back',
  },
  succeed: {
    from: ['Opening', 'Notified', 'Merged', 'Failed'],
    to: 'Succeeded',
    when: 'the destination has settled on it; out of Opening only where it is handed over',
  },
  reopen: {
    from: ['Failed'],
    to: 'Opening',
    when: 'it was not made yet, and its next attempt is due, a reconcile is requested, or the spec has changed',
  },
  retry: {
    from: [...ended, 'Notified', 'Merged'],
    to: 'Opening',
    when: 'a person has asked for it anew, or it had failed before another one and is due again',
  },
} as const satisfies Readonly<Record<string, Transition>>;
