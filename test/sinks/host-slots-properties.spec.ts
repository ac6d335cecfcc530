import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ObjectKey } from '../../src/model/object-key.ts';
import { hostSlots } from '../../src/sinks/host-slots.ts';
import { aPromotion } from '../support/a-promotion.ts';
import { letPass } from '../support/let-pass.ts';
import { virtualTime } from '../support/virtual-time.ts';

const host = 'git.example';
const grace = 5_000;
/** Nobody comes later than so after a call. */
const latest = 3 * grace;
const minute = 60_000;

/** A promotion that comes to the host at a time, and takes so long there; milliseconds. */
interface Visitor {
  readonly at: number;
  readonly takes: number;
  /** So long after each call it comes. */
  readonly answersAfter: number;
  /** From then on it does not come any more, if it has not been there by then. */
  readonly goneAt: number;
}

const aVisitor: fc.Arbitrary<Visitor> = fc.record({
  at: fc.nat(minute),
  takes: fc.nat(20_000),
  answersAfter: fc.oneof(fc.constant(0), fc.nat(grace - 1), fc.integer({ min: grace, max: latest })),
  goneAt: fc.oneof({ weight: 2, arbitrary: fc.constant(Infinity) }, fc.nat(3 * minute)),
});

/** What is known from outside of one that waits: when it was called, if it has not come since. */
interface Known {
  calledAt: number | undefined;
}

const keyOf = (number: number): ObjectKey => `apps/${number}`;

interface Rules {
  readonly limit: number;
  /** After that it is forgotten who has not come; nobody looks by itself before. */
  readonly patience: number;
}

/** Lets visitors come and go in virtual time; nobody looks by itself whether it is its turn. Resolves with who was not there, and what was wrong. */
const letCome = async (visitors: readonly Visitor[], { limit, patience }: Rules) => {
  const time = virtualTime();
  const { now } = time.clock;
  const after = (delay: number, run: () => void) => void time.scheduler.schedule(run, delay);
  /** By rank. */
  const waiting = new Map<number, Known>();
  const served = new Set<number>();
  const wrong: string[] = [];
  let running = 0;
  const slots = hostSlots({
    ...{ limit, patience, grace, clock: time.clock },
    later: (run, delay) => after(delay, run),
    onTurn: ({ pipeline }) => called(Number(pipeline.replace('apps/', ''))),
  });

  const called = (number: number): void => {
    const known = waiting.get(number);
    if (!known) return void wrong.push(`${number} does not wait, and is called`);
    known.calledAt = now();
    after(visitors[number]!.answersAfter, () => void come(number));
  };
  const begins = (number: number): void => {
    running += 1;
    if (running > limit) wrong.push(`${running} at a time`);
    served.add(number);
    // Who is forgotten has no rank any more.
    if (patience === Infinity) passesBy(number);
    waiting.delete(number);
  };
  const passesBy = (number: number): void => {
    for (const [other, { calledAt }] of waiting) {
      if (other === number) break;
      if (calledAt === undefined) wrong.push(`${number} is before ${other}, which has not been called`);
    }
    const before = [...waiting.keys()].indexOf(number);
    const kept = [...waiting.values()]
      .slice(0, before < 0 ? waiting.size : before)
      .filter(({ calledAt = -Infinity }) => calledAt + grace > now());
    if (running + kept.length > limit) wrong.push(`${number} takes a slot that is kept`);
  };
  const come = async (number: number): Promise<void> => {
    const { takes, goneAt } = visitors[number]!;
    if (now() >= goneAt || served.has(number)) return;
    const promotion = { ...aPromotion('https://git.example/org/config', 'github'), pipeline: keyOf(number) };
    const outcome = await slots(host, promotion, async () => {
      begins(number);
      await new Promise<void>((resolve) => after(takes, resolve));
      running -= 1;
      return { type: 'nothing-to-change', promotion };
    });
    if (outcome.type === 'turn-pending') waiting.set(number, { calledAt: undefined });
  };

  visitors.forEach(({ at }, number) => after(at, () => void come(number)));
  await letPass(time, 60 * minute);
  const missing = visitors.flatMap(({ goneAt }, number) => (goneAt < Infinity || served.has(number) ? [] : [number]));
  // Whoever comes now finds everything as it was at first.
  let free = 0;
  for (let number = 0; number < limit; number += 1)
    void slots(
      host,
      { ...aPromotion('https://git.example/org/config', 'github'), pipeline: keyOf(visitors.length + number) },
      () => {
        free += 1;
        return new Promise(() => undefined);
      },
    );
  return { wrong, missing, free };
};

describe('sinks/host-slots, whoever comes and goes', () => {
  it('lets as many in as may, in the order in which they came, and all that do not go', async () => {
    const visits = fc.array(aVisitor, { maxLength: 40, size: 'max' });
    const anyRules = fc.record({
      limit: fc.integer({ min: 1, max: 4 }),
      patience: fc.oneof(fc.constant(Infinity), fc.integer({ min: latest, max: 3 * minute })),
    });
    await fc.assert(
      fc.asyncProperty(visits, anyRules, async (visitors, rules) => {
        assert.deepEqual(await letCome(visitors, rules), { wrong: [], missing: [], free: rules.limit });
      }),
      { numRuns: 100 },
    );
  });
});
