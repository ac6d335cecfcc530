import type { Condition, HelmStatus } from './helm-release.ts';

/** A pure step of a HelmRelease's status; `moment` says for which generation and at what time (RFC 3339, whole seconds). */
export type StatusChange = (
  status: HelmStatus,
  moment: { readonly generation: number; readonly time: string },
) => HelmStatus;

const order = ['Reconciling', 'Stalled', 'Ready', 'Released', 'TestSuccess', 'Remediated'];

/** Several changes that one write carries. */
export const together =
  (...changes: readonly StatusChange[]): StatusChange =>
  (status, moment) =>
    changes.reduce((changed, change) => change(changed, moment), status);

/** Sets a condition for this generation; its transition time moves when anything of what it says does. */
export const condition =
  (type: string, state: Condition['status'], reason: string, message: string): StatusChange =>
  (status, { generation, time }) => {
    const before = status.conditions?.find((one) => one.type === type);
    const same = before?.status === state && before.reason === reason && before.message === message;
    const lastTransitionTime = same ? before.lastTransitionTime : time;
    const set = { lastTransitionTime, message, observedGeneration: generation, reason, status: state, type };
    const conditions = [...(status.conditions ?? []).filter((one) => one.type !== type), set];
    return { ...status, conditions: conditions.sort((a, b) => order.indexOf(a.type) - order.indexOf(b.type)) };
  };

export const without =
  (...types: readonly string[]): StatusChange =>
  (status) => ({ ...status, conditions: (status.conditions ?? []).filter(({ type }) => !types.includes(type)) });

/** Sets plain fields of the status. */
export const fields =
  (values: Partial<HelmStatus>): StatusChange =>
  (status) => ({ ...status, ...values });

/** The generation counts as worked on only from here. */
export const observed: StatusChange = (status, { generation }) => ({ ...status, observedGeneration: generation });

/** The same without some fields. */
export const omit = <T extends object, K extends keyof T>(from: T, ...keys: readonly K[]): Omit<T, K> =>
  Object.fromEntries(Object.entries(from).filter(([key]) => !keys.includes(key as K))) as Omit<T, K>;
