import { parseArgs } from 'node:util';

/** What is measured against what. */
export interface Options {
  readonly sizes: readonly Size[];
  /** Rivals: shell commands of programs that take the watcher's flags and print its lines; the first one sets the bars. */
  readonly against: readonly string[];
  /** The command of a simulator that takes the flags of ours. */
  readonly simulator: string | undefined;
  readonly clientNode: boolean;
  /** Seconds of rest, and of each rate of updates. */
  readonly idle: number;
  readonly busy: number;
}

export interface Size {
  readonly leaves: number;
  readonly objects: number;
}

/** Shown for flags that do not exist. */
const usage = `npm run bench watch -- [flags]
  --sizes 50x100,300x100   leaves x releases; the default is 50x100
  --against <command>      a rival that prints the same lines; may be given more than once
  --leafsim <command>      another simulator with the flags of bench/watch/simulator.ts
  --no-client-node         without the library's informer
  --idle <seconds>         how long an idle watcher is looked at; the default is 20
  --busy <seconds>         how long each rate of updates lasts; the default is 10`;

/** Reads the benchmark's flags; throws with the usage for what is none. */
export const readOptions = (flags: readonly string[]): Options => {
  try {
    return optionsIn(flags);
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${usage}`, { cause: error });
  }
};

const optionsIn = (flags: readonly string[]): Options => {
  const { values } = parseArgs({
    args: [...flags],
    options: {
      sizes: { type: 'string', default: '50x100' },
      against: { type: 'string', multiple: true, default: [] },
      leafsim: { type: 'string' },
      'no-client-node': { type: 'boolean', default: false },
      idle: { type: 'string', default: '20' },
      busy: { type: 'string', default: '10' },
    },
  });
  return {
    sizes: values.sizes.split(',').map(sizeOf),
    against: values.against,
    simulator: values.leafsim,
    clientNode: !values['no-client-node'],
    idle: secondsOf(values.idle),
    busy: secondsOf(values.busy),
  };
};

const sizeOf = (text: string): Size => {
  const [, leaves, objects] = /^(\d+)x(\d+)$/.exec(text) ?? [];
  if (leaves === undefined || objects === undefined) throw new Error(`a size is like 50x100, not ${text}`);
  return { leaves: Number(leaves), objects: Number(objects) };
};

const secondsOf = (text: string): number => {
  const seconds = Number(text);
  if (seconds >= 1) return seconds;
  throw new Error(`a time is at least one second, not ${text}`);
};
