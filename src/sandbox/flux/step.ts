import { condition, together, without, type StatusChange } from './status-change.ts';

/** One write of a status, `after` milliseconds (as recorded) after the one before; helm-controller may turn to another generation only before a step that `waits`. */
export interface Step {
  readonly after: number;
  readonly change: StatusChange;
  readonly waits?: true;
}

export const at = (after: number, ...changes: readonly StatusChange[]): Step => ({
  after,
  change: together(...changes),
});

export const waiting = (after: number, ...changes: readonly StatusChange[]): Step => ({
  ...at(after, ...changes),
  waits: true,
});

/** A reconcile has begun, or goes on with what `message` says. */
export const progressing = (message: string): StatusChange =>
  together(without('Stalled'), condition('Reconciling', 'True', 'Progressing', message));

export const fulfilling = progressing('Fulfilling prerequisites');
