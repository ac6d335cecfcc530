import type { FluxEvent } from '../model/flux-event.ts';

/**
 * What comes of a deployment in this order, should two events of it name the same second: Flux tells times in whole seconds,
 * and a rollback follows at once on the failure that it undoes.
 */
const courses = [
  /^(Install|Upgrade)Failed$/,
  /^(Install|Upgrade)Succeeded$/,
  /^Test(Succeeded|Failed)$/,
  /^(Rollback|Uninstall)(Succeeded|Failed)$/,
];

const stepInCourse = (reason: string): number => courses.findIndex((course) => course.test(reason));

type Moment = Pick<FluxEvent, 'at' | 'reason'>;

/** Whether an event about a release adds nothing to what another one has told of it: it happened before, or is the same one once more. */
export const isOlder = ({ at, reason }: Moment, known: Moment): boolean =>
  at < known.at || (at === known.at && stepInCourse(reason) <= stepInCourse(known.reason));
