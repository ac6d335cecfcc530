import { decide } from './decide.ts';
import { demo } from './demo.ts';
import type { Benchmark, Figure } from './figure.ts';
import { promote } from './promote.ts';
import { start } from './start.ts';
import { isMet, table } from './table.ts';
import { watch } from './watch.ts';
import { webhook } from './webhook.ts';

const benchmarks: Readonly<Record<string, Benchmark>> = { start, demo, watch, decide, webhook, promote };

/** Names of benchmarks, then flags for them. Exit codes: 0 every bar is met, 1 one is not, 2 there is no such benchmark. */
const main = async (words: readonly string[]): Promise<number> => {
  const firstFlag = words.findIndex((word) => word.startsWith('-'));
  const asked = words.slice(0, firstFlag === -1 ? undefined : firstFlag);
  const flags = words.slice(asked.length);
  const names = asked.length > 0 ? asked : Object.keys(benchmarks);
  const measured: (readonly [benchmark: string, figure: Figure])[] = [];
  for (const name of names) {
    const benchmark = Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined;
    if (benchmark === undefined) {
      process.stderr.write(`bench: there is no ${name}; there are ${Object.keys(benchmarks).join(', ')}\n`);
      return 2;
    }
    const figures = await benchmark((text) => process.stderr.write(`${name}: ${text}\n`), flags);
    measured.push(...figures.map((figure) => [name, figure] as const));
  }
  process.stdout.write(`${table(measured)}\n`);
  return measured.every(([, figure]) => isMet(figure)) ? 0 : 1;
};

process.exitCode = await main(process.argv.slice(2));
