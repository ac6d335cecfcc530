import { decide as decideOne } from '../src/decision/decide.ts';
import { record } from '../src/decision/record.ts';
import type { ObjectKey } from '../src/model/object-key.ts';
import type { PipelineStatus } from '../src/model/pipeline-status.ts';
import { isReadable, type Pipeline } from '../src/model/pipeline.ts';
import { createWorld, type Learner, type World } from '../src/model/world.ts';
import { aChange, factsOf, now } from './decide/fleet.ts';
import { summary, type Benchmark, type Figure } from './figure.ts';

const [few, many] = [100, 1000] as const;
const retryDelays = { min: 5000, max: 300_000 };
const warmUps = 5000;
const changes = 20_000;
const passes = 11;

/** The status of a Pipeline once the pull requests are open that were due. */
const settle = (pipeline: Pipeline, world: World): PipelineStatus => {
  const { status, actions } = decideOne(pipeline, world, retryDelays, now);
  const opened = actions.reduce((before, action) => {
    if (action.type !== 'open-pull-request') return before;
    const { promotion } = action;
    const { branch } = promotion.text;
    const pullRequest = { url: `${promotion.strategy.url}/pull/7`, number: 7, branch, state: 'open' } as const;
    return record(before, { type: 'pull-request-seen', promotion, pullRequest, opened: true }, now);
  }, status);
  return decideOne({ ...pipeline, status: opened }, world, retryDelays, now).status;
};

/** A World of so many Pipelines, each with what Leafwatch has written of it. */
const aWorld = (count: number): World & Learner => {
  const world = createWorld();
  for (const fact of factsOf(count)) world.learn(fact);
  for (const key of [...world.pipelines()]) {
    const pipeline = world.pipeline(key);
    if (!pipeline || !isReadable(pipeline)) continue;
    world.learn({ type: 'pipeline-seen', pipeline: { ...pipeline, status: settle(pipeline, world) } });
    for (const { name: environment } of pipeline.spec.environments)
      world.learn({ type: 'promotion-asked', pipeline: key, environment, again: now + 60_000 });
  }
  return world;
};

const look = (world: World, key: ObjectKey): void => {
  const pipeline = world.pipeline(key);
  if (pipeline && isReadable(pipeline)) decideOne(pipeline, world, retryDelays, now);
};

/** The processor time of this process, milliseconds: what a busy machine takes from it is not its own. */
const ownTime = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** Milliseconds for each of several changes, one after the other, until what it concerns has been decided. */
const measureChanges = (world: World & Learner, pipelines: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, round) => {
    // What comes three times in turn is of one Pipeline; those follow by a stride, so that caches help no more than in a fleet.
    const fact = aChange((Math.floor(round / 3) * 37) % pipelines, round);
    const began = ownTime();
    for (const key of world.learn(fact)) look(world, key);
    return ownTime() - began;
  });

const measurePass = (world: World): number => {
  const began = ownTime();
  for (const key of world.pipelines()) look(world, key);
  return ownTime() - began;
};

const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN;

/** What one changed fact costs among many Pipelines and among few, one after the other in turns, so that a busy machine is busy for both. */
const measureGrowth = (worlds: readonly (readonly [World & Learner, number])[]): readonly (readonly number[])[] => {
  const measured = worlds.map((): number[] => []);
  for (let turn = 0; turn < changes / 500; turn += 1)
    for (const [index, [world, count]] of worlds.entries()) measured[index]?.push(...measureChanges(world, count, 500));
  return measured;
};

/** What a decision costs, with every gate set: for one changed fact, for all Pipelines, and as their number grows. */
export const decide: Benchmark = (tell) => {
  tell(`${many} Pipelines of 4 environments of 10 targets`);
  const [small, large] = [aWorld(few), aWorld(many)];
  for (const [world, count] of [
    [small, few],
    [large, many],
  ] as const)
    measureChanges(world, count, warmUps);
  tell(`${changes} changes`);
  const [ofFew = [], ofMany = []] = measureGrowth([
    [small, few],
    [large, many],
  ]);
  tell('all of them');
  const all = summary(Array.from({ length: passes }, () => measurePass(large)));
  const [median, growth] = [percentile(ofMany, 0.5), percentile(ofMany, 0.5) / percentile(ofFew, 0.5)];
  const note = `${ofMany.length} changes, after ${warmUps} to warm up`;
  const figures: readonly Figure[] = [
    { name: 'one changed fact, median', value: median, unit: 'ms', note },
    { name: 'one changed fact, p99', value: percentile(ofMany, 0.99), unit: 'ms', bar: 0.2, note },
    { name: `all ${many} Pipelines`, value: all.median, unit: 'ms', bar: 250, note: all.range },
    {
      name: `one changed fact, of ${many} against ${few} Pipelines`,
      value: growth,
      unit: '×',
      bar: 1.5,
      note: 'medians',
    },
  ];
  return Promise.resolve(figures);
};
