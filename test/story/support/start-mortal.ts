import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startController, type Controller } from '../../support/start-controller.ts';
import { isWrite, requestOf, subjectOf } from './request-of.ts';
import { leasePath, type Surroundings } from './start-surroundings.ts';
import { startTollgate, throughGate, type Passage } from './start-tollgate.ts';

/** A moment of the controller's life: just before, or just after, the nth request of that name since it is counted: from its first start on, unless that begins anew. */
export interface Point {
  readonly moment: Passage['moment'];
  readonly request: string;
  readonly nth: number;
  readonly isWrite: boolean;
}

/** A controller that is killed by `kill -9` again and again, and started again each time. */
export interface Mortal {
  /** The forge's address as the controller is to know it. */
  readonly forgeUrl: string;
  /** What it asked for since it is counted, in this order. */
  readonly points: readonly Point[];
  /** Where it died. */
  readonly deaths: readonly Point[];
  /** Counts anew from here on, and forgets what it asked for before. */
  readonly countAnew: () => void;
  /** What all its lives printed. */
  readonly output: () => string;
  /** Ends the last of its lives as Kubernetes does; rejects when it did not start again. */
  readonly stop: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Counts requests by their names. */
const createCount = () => {
  const counts = new Map<string, number>();
  return (name: string): number => {
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return count;
  };
};

/** Starts the controller with every server behind a gate that counts; it is killed at each point of which `isDeadly` says so. */
export const startMortal = async (surroundings: Surroundings, isDeadly: (point: Point) => boolean): Promise<Mortal> => {
  const { directory, management, forge, leaves, client } = surroundings;
  const [points, deaths, lives]: [Point[], Point[], Controller[]] = [[], [], []];
  const newCounts = () => ({ before: createCount(), after: createCount() });
  let counts = newCounts();
  let life: Promise<Controller>;
  let dying: Promise<unknown> | undefined;

  const start = async () => {
    const controller = await startController([
      ...[`--kubeconfig=${join(directory, 'through-the-gate')}`, `--cache-dir=${join(directory, 'cache')}`],
      ...['--pull-request-interval=200ms', '--min-retry-delay=50ms'],
    ]);
    lives.push(controller);
    return controller;
  };
  const dieAndRise = async () => {
    await (await life).kill();
    await client.call('DELETE', leasePath); // as if it had run out
    dying = undefined;
    life = start();
    await life;
  };
  /** While it dies nothing else of it gets through: what it has not sent by then is never sent. */
  const toll = (passage: Passage): Promise<'passes' | 'lost'> => {
    if (dying) return Promise.resolve('lost');
    const request = `${requestOf(passage)} ${subjectOf(passage)}`.trim();
    const { moment } = passage;
    const point = { moment, request, nth: counts[moment](request), isWrite: isWrite(passage) };
    points.push(point);
    if (!isDeadly(point)) return Promise.resolve('passes');
    deaths.push(point);
    dying = dieAndRise();
    dying.catch(() => undefined); // told by the next who waits for it
    return Promise.resolve('lost');
  };
  const gates = {
    forge: await startTollgate(forge, toll),
    management: await startTollgate(management, toll),
    dev: await startTollgate(leaves.dev.api, toll),
    prod: await startTollgate(leaves.prod.api, toll),
  };
  for (const leaf of ['dev', 'prod'] as const)
    await surroundings.register(leaf, throughGate(leaves[leaf].api, gates[leaf]));
  await writeFile(join(directory, 'through-the-gate'), throughGate(management, gates.management));
  life = start();
  await life;
  return {
    ...{ forgeUrl: gates.forge.url, points, deaths },
    countAnew: () => {
      counts = newCounts();
      points.length = 0;
    },
    output: () => lives.map((each) => each.output()).join('\n--- killed\n'),
    stop: async () => {
      let stopped: unknown;
      while (dying !== undefined || stopped !== life) {
        await dying;
        stopped = life;
        await (await life).stop();
      }
    },
    close: async () => {
      await dying?.catch(() => undefined);
      await life.then((each) => each.kill()).catch(() => undefined);
      await Promise.all(Object.values(gates).map((gate) => gate.close()));
    },
  };
};
