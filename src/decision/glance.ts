import { catalogue } from './catalogue.ts';
import type { Judgement } from './judgement.ts';
import { running, type EnvironmentSurvey } from './survey.ts';

const waitsFor = ({ type, reason }: Judgement): string => {
  const { glance } = catalogue[reason];
  return type === 'blink' || glance === undefined ? '' : ` ${glance}`;
};

/** A Pipeline in one line: what each environment runs, and what the next version waits for before it. */
export const glance = (
  reviewed: readonly { readonly survey: EnvironmentSurvey; readonly judgement: Judgement }[],
): string =>
  reviewed
    .map(({ survey, judgement }) => `${survey.environment.name} ${running(survey)}${waitsFor(judgement)}`)
    .join(' › ');
