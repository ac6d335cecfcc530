import type { Figure } from '../figure.ts';
import { rounded } from '../figure.ts';
import type { Costs } from './measure-watcher.ts';

interface Comparison {
  readonly name: string;
  readonly unit: string;
  readonly of: (costs: Costs) => number;
  /** How many times a rival's cost ours may be. */
  readonly bar?: number;
}

const comparisons = (costs: Costs): readonly Comparison[] => [
  { name: 'time to the first state', unit: 's', of: ({ synced }) => synced, bar: 0.8 },
  { name: 'processor until then', unit: 's', of: ({ syncedProcessor }) => syncedProcessor, bar: 0.5 },
  { name: 'memory at rest', unit: 'MiB', of: ({ resting }) => resting, bar: 0.6 },
  { name: 'memory after the updates', unit: 'MiB', of: ({ after }) => after },
  { name: 'most memory', unit: 'MiB', of: ({ peak }) => peak },
  { name: 'processor at rest', unit: '% of a core', of: ({ idle }) => idle, bar: 0.2 },
  { name: 'connections', unit: '', of: ({ connections }) => connections },
  ...costs.busy.flatMap(({ rate }, index): Comparison[] => [
    { name: `p50 at ${rate}/s`, unit: 'ms', of: ({ busy }) => busy[index]?.p50 ?? Number.NaN, bar: 1 },
    { name: `p99 at ${rate}/s`, unit: 'ms', of: ({ busy }) => busy[index]?.p99 ?? Number.NaN, bar: 1 },
    {
      name: `processor for an update at ${rate}/s`,
      unit: 'ms',
      of: ({ busy }) => busy[index]?.processor ?? Number.NaN,
      bar: 0.5,
    },
  ]),
];

/** Our costs in those of a rival; only where `binding` they are to stay under their bars. */
export const compare = (title: string, ours: Costs, rival: Costs, binding: boolean): readonly Figure[] =>
  comparisons(ours).map(({ name, unit, of, bar }) => ({
    name: `${title}: ${name}`,
    value: of(ours) / of(rival),
    unit: '×',
    note: `${rounded(of(ours))} against ${rounded(of(rival))} ${unit}`.trim(),
    ...(binding && bar !== undefined ? { bar } : {}),
  }));
