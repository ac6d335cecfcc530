import type { PromotionRecord } from '../../src/model/pipeline-status.ts';
import assert from 'node:assert/strict';
import { apply, ask, carryOut, merge } from './events.ts';
import { inRange, mayFollow } from './gate-settings.ts';
import { clusterKeys, type Simulation } from './simulation.ts';

const hour = 3_600_000;

/** All faults end: clusters are seen, releases are mended, nothing is suspended, and each environment can be promoted into. */
const makePeace = (world: Simulation): void => {
  const { trouble, resume, api, environments, flux, leaves, turnClock } = world;
  Object.assign(trouble, { forge: 0, writes: 0, crash: undefined, meanwhile: undefined });
  turnClock(0);
  clusterKeys.forEach(resume);
  for (const leaf of leaves) {
    leaf.wanted = world.forge.base.get(leaf.environment)!;
    flux.mend(leaf);
  }
  api.change((pipeline) => {
    const { appRef, environments: staged, promotion: common } = pipeline.spec;
    const spec = { appRef, environments: staged, ...(common ? { promotion: common } : {}) };
    const strategy = environments.flatMap(({ promotion }) => promotion?.strategy ?? [])[0] ?? world.strategy;
    const heal = <P extends { versions?: string | undefined }>({ versions, ...promotion }: P) => ({
      ...promotion,
      ...(versions === undefined || versions === 'six or so' ? {} : { versions }),
      strategy,
    });
    const healed = spec.environments.map(({ name, targets, promotion }) => ({
      name,
      targets,
      ...(promotion ? { promotion: heal(promotion) } : {}),
    }));
    return {
      ...pipeline,
      metadata: { ...pipeline.metadata, generation: pipeline.metadata.generation + 1 },
      spec: { ...spec, environments: healed, promotion: heal(spec.promotion ?? {}) },
    };
  });
};

/** What each environment must come to: the revision before it, where its gates ever let that pass. */
const destiny = ({ api, forge }: Simulation): ReadonlyMap<string, string> => {
  const { spec } = api.stored();
  const ends = new Map<string, string>();
  let before: string | undefined;
  for (const { name, promotion = spec.promotion ?? {} } of spec.environments) {
    const runs = forge.base.get(name)!;
    const may =
      before !== undefined &&
      (promotion.allowDowngrade || mayFollow(before, runs)) &&
      inRange(before, promotion.versions);
    before = may ? before! : runs;
    ends.set(name, before);
  }
  return ends;
};

const isAt = ({ leaves }: Simulation, environment: string, revision: string): boolean =>
  leaves.every(({ now, environment: own }) => own !== environment || now.truth.healthy?.revision === revision);

/** Whether the promotion of a revision into an environment has ended without bringing it there. */
const isOver = ({ api, forge }: Simulation, name: string, end: string): boolean => {
  const { promotion, history = [] } = api.stored().status.environments?.[name] ?? {};
  return promotion?.revision === end
    ? !['Opening', 'Open', 'Notified'].includes(promotion.state) && forge.base.get(name) !== end
    : history.some(({ revision }) => revision === end);
};

const mergeDue = (world: Simulation, promotion: PromotionRecord | undefined, end: string): void => {
  if (promotion?.state !== 'Open' || promotion.revision !== end) return;
  const open = world.forge.proposals.find(({ number }) => number === promotion.pullRequest?.number);
  if (open?.state === 'open') merge(world, open.number);
};

const carryOutDue = (world: Simulation, environment: string, end: string): void => {
  const due = world.receiver
    .tasks()
    .find(({ promotion }) => promotion.environment === environment && promotion.revision === end);
  if (due) carryOut(world, due);
};

const isHandedOver = ({ api }: Simulation, name: string): boolean => {
  const { environments, promotion: common } = api.stored().spec;
  const own = environments.find((environment) => environment.name === name)?.promotion ?? common;
  return own?.strategy?.notification !== undefined;
};

/** Nobody looks after a pull request any more once promotions are handed over: people let go of it. */
const isLeft = (world: Simulation, name: string, promotion: PromotionRecord | undefined): boolean => {
  const state = world.forge.proposals.find(({ number }) => number === promotion?.pullRequest?.number)?.state;
  return promotion?.state === 'Open' && state !== 'open' && isHandedOver(world, name);
};

/** What is under way comes to its end, or is let go of; what has ended elsewhere is asked for anew. */
const goOn = (world: Simulation, name: string, end: string): void => {
  const { status, metadata } = world.api.stored();
  const { promotion } = status.environments?.[name] ?? {};
  if (promotion?.state === 'Notified') carryOutDue(world, name, end);
  if (isLeft(world, name, promotion)) ask(world, 'reject', name, end);
  const asked = metadata.annotations[`pipelines.weave.works/retry.${name}`];
  if (isOver(world, name, end) && asked !== end) ask(world, 'retry', name, end);
};

/** People do what is theirs: approve what waits, merge what is due, ask anew for what was ended. */
const attend = (world: Simulation, ends: ReadonlyMap<string, string>): void => {
  const { api } = world;
  for (const [name, end] of [...ends].slice(1)) {
    const { status, metadata } = api.stored();
    const { waitingApproval, promotion } = status.environments?.[name] ?? {};
    const asked = (verb: string) => metadata.annotations[`pipelines.weave.works/${verb}.${name}`];
    if (asked('reject') === end) ask(world, 'reject', name, 'nothing');
    if (waitingApproval?.revision === end && asked('approve') !== end) ask(world, 'approve', name, end);
    mergeDue(world, promotion, end);
    if (!isAt(world, name, end)) goOn(world, name, end);
  }
};

const heal = (world: Simulation): void => {
  for (const leaf of world.leaves) {
    const version = world.forge.base.get(leaf.environment)!;
    const { work, now } = leaf;
    if (work.length === 0 && (now.truth.healthy?.revision !== version || now.truth.suspended)) {
      leaf.wanted = version;
      world.flux.mend(leaf);
    }
  }
};

/** Once faults end and people do what is theirs, every environment reaches what may reach it, in bounded time and without a hot loop. */
export const endsWell = async (world: Simulation): Promise<void> => {
  world.note('peace');
  makePeace(world);
  if (world.chance.oneIn(2)) {
    world.forge.base.set('dev', world.chance.one(['6.99.0', '7.0.0']));
    apply(world, 'dev', true);
  }
  const ends = destiny(world);
  world.note(`the ends: ${[...ends].map((end) => end.join(' ')).join(', ')}`);
  const unreached = () =>
    [...ends].filter(([name, end]) => !isAt(world, name, end)).map(([name, end]) => `${name} ${end}`);
  const before = world.writes();
  let hours = 0;
  for (; hours < 24 * 10 && unreached().length > 0; hours++) {
    heal(world);
    attend(world, ends);
    for (const leaf of world.leaves)
      leaf.work.forEach((_, step) =>
        world.agenda.at(world.agenda.now() + (step + 1) * 20_000, () => world.flux.step(leaf)),
      );
    await world.pass(hour);
  }
  assert.deepEqual(unreached(), [], `${hours} hours after the faults have ended`);
  assert.ok(
    world.writes() - before < 40 * ends.size + 4 * hours,
    `${world.writes() - before} writes in ${hours} hours`,
  );
};
