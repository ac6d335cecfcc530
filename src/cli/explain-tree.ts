import { catalogue } from '../decision/catalogue.ts';
import type { EnvironmentExplained, StepExplained, TargetExplained } from '../decision/explain.ts';
import { clusterTitle, type ClusterKey } from '../model/cluster.ts';
import type { Explanation } from './explanation.ts';
import { age, shown } from './shown.ts';

/** A line, and what hangs below it. */
interface Branch {
  readonly line: string;
  readonly below?: readonly Branch[];
}

type Colour = 'green' | 'yellow' | 'red' | 'dim';
const codes: Readonly<Record<Colour, number>> = { green: 32, yellow: 33, red: 31, dim: 2 };

/** How it is to look: with marks, colours and lines for a terminal, in words elsewhere; `now` is in milliseconds. */
export interface Looks {
  readonly terminal: boolean;
  readonly now: number;
}

const painted = (text: string, colour: Colour, { terminal }: Looks): string =>
  terminal ? `\u001b[${codes[colour]}m${text}\u001b[0m` : text;

const words: Readonly<Record<StepExplained['type'], string>> = {
  pass: 'passed',
  nothing: 'done',
  promote: 'due',
  wait: 'waits',
  hold: 'held',
  blink: 'waits',
};

/** The mark of an answer: that of the one-line view, where it has one. */
const markOf = ({ type, reason }: Pick<StepExplained, 'type' | 'reason'>): string => {
  if (type === 'pass' || type === 'nothing') return '✓';
  const [mark] = catalogue[reason].glance ?? '';
  return mark ?? (type === 'hold' ? '✗' : '⏳');
};

const colours: Readonly<Record<string, Colour>> = { '✓': 'green', '⏳': 'yellow', '✗': 'red' };

/** All that wide, so that what follows stands in a column; the hourglass takes two cells of a terminal. */
const marked = (answer: Pick<StepExplained, 'type' | 'reason'>, looks: Looks): string => {
  if (!looks.terminal) return words[answer.type].padEnd(6);
  const mark = markOf(answer);
  return painted(mark, colours[mark] ?? 'yellow', looks) + (mark === '⏳' ? '' : ' ');
};

const since = (time: string | undefined, { now }: Looks): string =>
  time === undefined ? '' : ` since ${time} (${age(time, now)})`;

const targetMarks: Readonly<Record<TargetExplained['state'], string>> = {
  settled: '✓',
  progressing: '⏳',
  failed: '✗',
  suspended: '⏸',
  missing: '✗',
  unseen: '?',
};

const targetBranch = (target: TargetExplained, looks: Looks): Branch => {
  const { cluster, namespace, name, revision, state, message } = target;
  const mark = targetMarks[state];
  const where = `${name} in namespace ${namespace} of ${clusterTitle(cluster as ClusterKey)}`;
  const lead = looks.terminal ? `${painted(mark, colours[mark] ?? 'yellow', looks)} ` : '';
  const why = message === undefined ? '' : `: ${shown(message)}`;
  return { line: `${lead}${where} runs ${shown(revision ?? 'nothing')}, ${state}${since(target.since, looks)}${why}` };
};

const longestStep = 10;

const stepBranch = (step: StepExplained, looks: Looks): Branch => {
  const decides = step.decides ? `  ${painted(looks.terminal ? '← decides' : '<- decides', 'yellow', looks)}` : '';
  return { line: `${marked(step, looks)} ${step.step.padEnd(longestStep)} ${shown(step.message)}${decides}` };
};

const environmentBranch = (environment: EnvironmentExplained, looks: Looks): Branch => {
  const { name, from, targets, steps, notLookedAt, answer, said } = environment;
  const arrow = looks.terminal ? '→' : 'to';
  const title = from === undefined ? name : `${from} ${arrow} ${name}`;
  const until = answer.until === undefined ? '' : ` until ${answer.until}`;
  // The step that decides says it all.
  const sentence = steps.some(({ decides }) => decides) ? answer.reason : shown(answer.message);
  return {
    line: `${marked(answer, looks).trim()} ${title}: ${sentence}`,
    below: [
      ...targets.map((target) => targetBranch(target, looks)),
      ...steps.map((step) => stepBranch(step, looks)),
      ...(notLookedAt.length > 0 ? [{ line: painted(`not looked at: ${notLookedAt.join(', ')}`, 'dim', looks) }] : []),
      { line: `whose turn${since(answer.since, looks)}${until}: ${answer.next}` },
      ...(said === undefined ? [] : [{ line: `the controller has last said: ${shown(said)}` }]),
    ],
  };
};

const drawn = ({ line, below = [] }: Branch, looks: Looks): readonly string[] => [
  line,
  ...below.flatMap((branch, index) => {
    const last = index === below.length - 1;
    const [first, rest] = looks.terminal ? [last ? '└─ ' : '├─ ', last ? '   ' : '│  '] : ['  ', '  '];
    return drawn(branch, looks).map((text, at) => `${at === 0 ? first : rest}${text}`);
  }),
];

/** What the tree itself tells needs no condition. */
const told: ReadonlySet<string> = new Set(['PromotionPending', 'Reconciling', 'Stalled']);

/** An explanation as a tree of lines: the Pipeline, its environments, and of each its targets, every step of the rule and whose turn it is. */
export const explainTree = (explained: Explanation, looks: Looks): string => {
  const { namespace, name, summary, statusChangedAt, conditions, notes, environments } = explained;
  const head = `Pipeline ${namespace}/${name}${summary === undefined ? '' : `: ${shown(summary)}`}`;
  const below = [
    ...notes.map((note) => ({ line: painted(`note: ${note}`, 'yellow', looks) })),
    ...(statusChangedAt === undefined
      ? []
      : [{ line: `by its status, which last changed ${age(statusChangedAt, looks.now)} ago, at ${statusChangedAt}` }]),
    ...conditions
      .filter(({ type }) => !told.has(type))
      .map((condition) => {
        const { type, status, reason, message, lastTransitionTime } = condition;
        const why = message === summary ? '' : `: ${shown(message)}`;
        return { line: `${type} ${status} (${reason})${since(lastTransitionTime, looks)}${why}` };
      }),
    ...environments.map((environment) => environmentBranch(environment, looks)),
  ];
  return `${drawn({ line: head, below }, looks).join('\n')}\n`;
};
