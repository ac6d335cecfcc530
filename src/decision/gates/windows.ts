import type { PromotionWindow } from '../../model/pipeline-spec.ts';
import { judgement, pass } from '../judgement.ts';
import type { Step } from '../pair.ts';
import { windowNews, windowState } from '../windows.ts';

const inWords = ({ kind, schedule, duration, timeZone }: PromotionWindow): string =>
  `${kind} "${schedule}" for ${duration}, ${timeZone ?? 'UTC'}`;

const optional = (newsAt: number | undefined) => (newsAt === undefined ? {} : { newsAt });

/** Promotions are made inside an Allow window, if there are any, and never inside a Deny window. */
export const windows: Step = ({ promotion, revision, now }) => {
  const { windows: all = [] } = promotion;
  if (all.length === 0) return pass('WindowOpen', { until: undefined, always: true });
  const state = windowState(all, now);
  switch (state.type) {
    case 'open':
      return pass('WindowOpen', { until: state.until });
    case 'closed': {
      const window = inWords(state.by);
      return state.until === undefined
        ? judgement('NoWindow', { revision, window }, { revision })
        : {
            ...judgement('OutsideWindow', { revision, window, until: state.until }, { revision, until: state.until }),
            ...optional(windowNews(all, now)),
          };
    }
    case 'invalid':
      return judgement('InvalidField', { revision, field: 'windows', problem: state.problem }, { revision });
  }
};
