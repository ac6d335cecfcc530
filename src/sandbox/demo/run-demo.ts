import { appendFileSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { clusters, promoted, versions } from './application.ts';
import { build } from './build.ts';
import type { Cleanup } from './cleanup.ts';
import { startController } from './controller.ts';
import type { Happening } from './narrate.ts';
import { observeReleases } from './observe.ts';
import type { DemoOptions } from './options.ts';
import { play, stay, type Ending, type Playing } from './play.ts';
import { setStage, type Stage } from './stage.ts';
import type { Timeline } from './timeline.ts';
import { verdict } from './verdict.ts';
import { whatNext } from './what-next.ts';

export interface DemoDeps {
  readonly timeline: Timeline;
  readonly cleanup: Cleanup;
  readonly stop: AbortSignal;
}

/** A line of the controller's log that a person should see. */
const isAlarming = (line: string): boolean => !/^\{"level":"(info|debug)"/.test(line);

/** Waits until the application is installed everywhere: the story begins with what has been running for long. */
const settled = async ({ leaves }: Stage, stop: AbortSignal): Promise<void> => {
  for (;;) {
    const releases = Object.values(await observeReleases(leaves));
    if (releases.every((release) => release?.health === 'healthy')) return;
    await sleep(100, undefined, { signal: stop });
  }
};

/** How to look at it meanwhile, for whoever has a part in it. */
const lookYourself = ({ kubeconfig }: Stage): Happening => ({
  who: 'you',
  text: `look at it meanwhile, in another terminal, by\nexport KUBECONFIG=${kubeconfig}\nkubectl get pipelines -A -w`,
  tone: 'person',
});

const setUp = async (options: DemoOptions, { timeline, cleanup, stop }: DemoDeps): Promise<Playing> => {
  const dir = mkdtempSync(join(tmpdir(), 'leafwatch-demo-'));
  cleanup.add(() => rm(dir, { recursive: true, force: true }));
  timeline.write(`Starting a management cluster, ${clusters.join(', ')}, a config repository and a forge ...`);
  const building = options.controller === undefined ? build(stop) : Promise.resolve(resolve(options.controller));
  const report = (text: string) => timeline.tell({ who: 'flux', text, tone: 'bad' });
  const [stage, program] = await Promise.all([setStage(dir, { cleanup, stop, report }), building]);
  await settled(stage, stop);
  const controller = startController({
    program,
    kubeconfig: stage.controllerKubeconfig,
    cacheDir: join(dir, 'cache'),
    hear: (line) => {
      appendFileSync(stage.log, `${line}\n`);
      if (isAlarming(line)) timeline.tell({ who: 'leafwatch', text: line, tone: 'bad' });
    },
  });
  cleanup.add(controller.stop);
  timeline.tell({
    who: 'leafwatch',
    text: `runs as process ${controller.pid ?? '?'}, its log is ${stage.log}`,
    tone: 'plain',
  });
  if (options.handsOff) timeline.tell(lookYourself(stage));
  return { stage, controller, timeline, stop };
};

const tellFailure = ({ controller, timeline }: Playing, ending: Ending, problems: readonly string[]): void => {
  const { type, sight } = ending;
  const how = { late: 'is not over in time', over: 'did not end well', stopped: 'was stopped' };
  const why = type === 'controller-ended' ? `broke off: leafwatch ended by ${controller.ended() ?? '?'}` : how[type];
  const environments = Object.entries(sight.pipeline?.status.environments ?? {});
  const messages = environments.map(([name, { message = '' }]) => `${name}: ${message}`);
  timeline.write(
    [
      timeline.paint('red', `The story ${why}.`),
      ...problems.map((problem) => `  - ${problem}`),
      'The Pipeline says:',
      ...(messages.length > 0 ? messages : ['nothing']).map((message) => `  ${message}`),
      "The controller's last lines:",
      ...controller.lastLines().map((line) => `  ${line}`),
    ].join('\n'),
  );
};

const tellSuccess = ({ timeline }: Playing, began: number): void => {
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const way = promoted.map(({ name }) => name).join(' and ');
  timeline.write(timeline.paint('green', `${versions.released} was promoted into ${way} in ${seconds} s.`));
};

/** Plays the demo; resolves with its exit code: 0 only if every promotion happened. Rejects when stopped before the story began. */
export const runDemo = async (options: DemoOptions, deps: DemoDeps): Promise<number> => {
  const playing = await setUp(options, deps);
  const began = performance.now();
  const deadline = options.timeout === undefined ? Infinity : began + options.timeout;
  const ending = await play(playing, (act) => !options.handsOff || act.type === 'release', deadline);
  if (ending.type === 'stopped') return 130;
  const problems = await verdict(ending.sight, playing.stage);
  if (ending.type !== 'over' || problems.length > 0) {
    tellFailure(playing, ending, problems);
    return 1;
  }
  tellSuccess(playing, began);
  if (options.exit) return 0;
  deps.timeline.write(whatNext(deps.timeline.paint, playing.stage));
  const last = await stay(playing, ending.sight);
  if (last.type === 'stopped') return 0;
  tellFailure(playing, last, []);
  return 1;
};
