import assert from 'node:assert/strict';
import { happen } from './events.ts';
import { endsWell } from './quiet.ts';
import { createSimulation, type Simulation } from './simulation.ts';

/** A look at what has just been looked at finds nothing to say or to do. */
const looksAgain = async ({ look, writes, forge, api, settle, rested }: Simulation): Promise<void> => {
  await settle();
  if (!rested()) return;
  const before = [writes(), forge.proposals.length, api.stored().status];
  const result = await look();
  if (result?.finished) assert.deepEqual([writes(), forge.proposals.length, api.stored().status], before);
};

const live = async (world: Simulation, steps: number): Promise<void> => {
  const { chance, pass, trouble } = world;
  await pass(60_000);
  for (let step = 0; step < steps; step++) {
    happen(world);
    await pass(chance.one([0, 1000, 5000, 20_000, 60_000, 60_000, 1_800_000]));
    const calm = trouble.crash === undefined && !trouble.meanwhile && trouble.forge + trouble.writes === 0;
    if (calm && chance.oneIn(8)) await looksAgain(world);
  }
  await endsWell(world);
};

/** What is wrong in the world of this seed, if something is, and what has happened there. */
export const runModel = async (seed: number, steps: number) => {
  const world = createSimulation(seed);
  const failure = await live(world, steps).then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error)),
  );
  return { failure, log: world.log };
};
