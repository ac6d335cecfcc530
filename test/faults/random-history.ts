import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { tap } from 'rxjs';
import { connectTo } from '../../src/kube/wire/connection.ts';
import { watch } from '../../src/kube/watch/watcher.ts';
import type { Failure } from '../../src/model/failure.ts';
import type { WatchEvent } from '../../src/stream/watch-event.ts';
import { eventually } from '../support/eventually.ts';
import { aChunk, startFaultProxy, watchTaken, type Fault, type FaultProxy } from '../support/fault-proxy.ts';
import { scaledTime } from '../support/scaled-time.ts';
import { startPlainApiServer, type PlainApiServer } from '../support/start-plain-api-server.ts';
import { configMaps, createReader, projectThing, thingsOf, type Thing } from '../support/watch-through-faults.ts';

/** A chance that says the same for the same seed (mulberry32). */
const chanceFrom = (seed: number) => {
  let state = seed;
  const random = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (bound: number): number => Math.floor(random() * bound);
  return { random, below, one: <T>(of: readonly [T, ...T[]]): T => of[below(of.length)] ?? of[0] };
};
type Chance = ReturnType<typeof chanceFrom>;

const errorOf = (code: number): string =>
  aChunk(`${JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code, message: 'by the network' } })}\n`);

/** A fault for the connection to come; of three, one is left in peace. */
const randomFault = ({ below, one }: Chance): Fault | undefined => {
  if (below(3) === 0) return undefined;
  const after = one([below(200), below(3_000), below(30_000), '{"type":"MODI', 'HTTP/1.1 2', '"metadata":{"na']);
  const text = one(['nonsense\n', '{"type":"ADDED","object":{}}\n', '[]\n']);
  return one<Fault>([
    { type: 'drop', after },
    { type: 'reset', after },
    { type: 'stall', after },
    { type: 'half-open', after },
    { type: 'slow', after, bytes: 1 + below(50) },
    { type: 'garble', on: 'watch=true', after: '{"type":"MODIFIED"' },
    { type: 'garble', on: 'watch=true', after: '"resourceVersion"' },
    { type: 'insert', on: 'watch=true', after: watchTaken, text: aChunk(text) },
    { type: 'insert', on: 'watch=true', after: watchTaken, text: errorOf(one([410, 429, 500, 504])) },
    { type: 'insert', after, text: 'garbage', ends: true },
  ]);
};

/** What was on the server under a name, at any time. */
type Shown = (thing: Thing) => void;

const wordOf = ({ name, uid, version, data }: Thing): string => [name, uid, version, data].join(' ');

const write = ({ below, one }: Chance, server: PlainApiServer, made: Shown, step: number): void => {
  const name = `thing-${below(8)}`;
  const put = () => made(projectThing(server.put(name, `${step} ${'x'.repeat(below(2) * below(2_000))}`)));
  one([
    put,
    put,
    put,
    () => server.remove(name),
    () => {
      server.remove(name);
      put();
    },
    () => server.turn(),
  ])();
};

const disturb = async (chance: Chance, server: PlainApiServer, proxy: FaultProxy): Promise<void> => {
  const { below, one } = chance;
  const happen = one<() => void | Promise<void>>([
    () => server.compact(),
    () => server.cutWatches(),
    () => server.endWatches(),
    () => proxy.strike({ type: one(['drop', 'reset', 'stall', 'half-open']), after: one([0, below(500)]) }),
    () => proxy.strike({ type: 'garble', after: '"type":"MODIFIED"' }),
    () => proxy.release(),
    async () => {
      server.suspend();
      await wait(below(20));
      server.resume();
    },
  ]);
  await happen();
};

const live = async (chance: Chance, server: PlainApiServer, proxy: FaultProxy, made: Shown): Promise<void> => {
  const { below, one } = chance;
  proxy.each(() => randomFault(chance));
  for (let step = 0; step < 120; step += 1) {
    write(chance, server, made, step);
    if (below(8) === 0) await disturb(chance, server, proxy);
    if (below(2) === 0) await wait(below(12));
  }
  proxy.each(() => undefined);
  // What is missed at the very end is made good by no later write.
  if (below(2) === 0) await wait(200);
  proxy.strike(
    one<Fault>([
      { type: 'garble', after: '{"type":"MODIFIED"' },
      { type: 'stall', after: below(500) },
    ]),
  );
  for (let step = 120; step < 125; step += 1) write(chance, server, made, step);
  if (below(2) === 0) proxy.release();
};

/** Never back in time: what is shown of one object is never older than what was shown of it before. */
const inOrder = () => {
  const newest = new Map<string, number>();
  return ({ uid, version }: Thing): string | undefined => {
    const before = newest.get(uid) ?? 0;
    newest.set(uid, Math.max(before, Number(version)));
    return Number(version) < before ? `${uid} went back from ${before} to ${version}` : undefined;
  };
};

/**
 * Runs the history of a seed before a watch (the same writes and faults each time, as far as timing lets them meet again);
 * rejects unless what its reader holds in the end is what the server holds, and everything that it was shown had been there.
 */
export const holdsUnderFaults = async (seed: number): Promise<void> => {
  const chance = chanceFrom(seed);
  const server = await startPlainApiServer({ bookmarkEvery: 300, minor: chance.one([33, 35]) });
  const proxy = await startFaultProxy(server.url);
  const options = { headers: { authorization: `Bearer ${server.token}` } };
  const limits = { connect: 500, firstByte: 500 };
  const connection = connectTo({ server: proxy.url, options: () => Promise.resolve(options) }, { limits });
  const was = new Set<string>();
  const wrong: string[] = [];
  const reader = createReader();
  const older = inOrder();
  let isLive = false;
  const check = (event: WatchEvent<Thing, Failure>): void => {
    if (event.type === 'lost') isLive = false;
    if (event.type === 'resumed' || event.type === 'init-done') isLive = true;
    if (event.type !== 'apply' && event.type !== 'init-apply') return;
    if (!was.has(wordOf(event.object))) wrong.push(`never was: ${wordOf(event.object).slice(0, 100)}`);
    const back = older(event.object);
    if (back !== undefined) wrong.push(back);
  };
  // 150 s of silence are 0.75 s here, and a backoff of 30 s is 0.15 s.
  const time = scaledTime(200, chanceFrom(seed + 0.5).random);
  const subscription = watch(connection, configMaps, { project: projectThing, ...time })
    .pipe(tap(check), reader.operator)
    .subscribe(reader.learn);
  try {
    await live(chance, server, proxy, (thing) => was.add(wordOf(thing)));
    await eventually(() => {
      assert.ok(isLive, 'the watch is not live');
      assert.deepEqual(
        [...reader.held().values()].map(wordOf).sort(),
        [...thingsOf(server).values()].map(wordOf).sort(),
      );
    });
    assert.deepEqual(wrong, []);
  } finally {
    subscription.unsubscribe();
    connection.close();
    await proxy.close();
    await server.close();
  }
};
