import assert from 'node:assert/strict';
import { builtProgram } from '../support/start-controller.ts';
import { assertEnd } from './support/assert-end.ts';
import { requestOf, subjectOf } from './support/request-of.ts';
import { partOf } from './support/part-of.ts';
import type { Passage } from './support/start-tollgate.ts';
import { startSurroundings } from './support/start-surroundings.ts';
import { startTwoLeaders, type TwoLeaders } from './support/start-two-leaders.ts';
import { stories } from './support/stories.ts';
import { tellStory } from './support/tell-story.ts';
import { turnstile } from './support/turnstile.ts';

const story = stories['a superseding'];
/** `all`, or a part of them: `2/8` is the second of eight. */
const wanted = process.env['LEAFWATCH_CRASHES'];
const all = wanted !== undefined;
const inPart = partOf(wanted);
const only = process.env['LEAFWATCH_TURNS'];
const seed = Number(process.env['LEAFWATCH_SEED'] ?? Math.floor(Math.random() * 1e6));

/** Stories told at a time: each mostly waits. */
const width = 3;

/** Whatever tells the two apart in the end: what goes to the forge, and what is written. */
const takesTurns = (passage: Passage): string | undefined => {
  const label = `${requestOf(passage)} ${subjectOf(passage)}`.trim();
  return passage.path.startsWith('/acme/') || passage.path.startsWith('/api/v3/') || /^(status|event)/.test(label)
    ? label
    : undefined;
};

/** How often an open pull request is looked at: often, and the turn of who leads it on lasts to the end; seldom, and it ends where nothing is left but to wait for a person. */
const intervals = { often: '200ms', seldom: '1s' } as const;

/** A seeded sequence of numbers from 0 to 1 (mulberry32). */
const drawn = (state: number) => () => {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
};

/** Tells the story to two leaders that take such turns (`often 9 4 12`), and checks what it came to. */
const tell = async (turns: string) => {
  const [interval = 'often', ...lengths] = turns.split(' ');
  const surroundings = await startSurroundings();
  const stile = turnstile(lengths.map(Number), takesTurns);
  let both: TwoLeaders | undefined;
  try {
    both = await startTwoLeaders(surroundings, stile, [
      `--pull-request-interval=${intervals[interval as keyof typeof intervals]}`,
    ]);
    await tellStory(surroundings, story, both.forgeUrl);
    stile.open();
    await both.stop();
    await assertEnd(surroundings, story, stile.waited);
    return stile.passed;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${why}\n${stile.passed.join('\n')}\n${both?.output() ?? ''}`, { cause: error });
  } finally {
    stile.open();
    await both?.close();
    await surroundings.close();
  }
};

const tellAll = async (schedules: readonly string[]) => {
  const left = [...schedules];
  const failures: string[] = [];
  const work = async () => {
    for (let turns = left.shift(); turns !== undefined; turns = left.shift())
      try {
        await tell(turns);
      } catch (error) {
        const repeat = `LEAFWATCH_TURNS='${turns}' npx mocha test/story/two-leaders.spec.ts`;
        failures.push(`${repeat} repeats:\n${error instanceof Error ? error.message : String(error)}`);
      }
  };
  await Promise.all(Array.from({ length: width }, work));
  assert.equal(failures.length, 0, failures.join('\n\n'));
};

const randomTurns = (random: () => number) =>
  [random() < 0.5 ? 'often' : 'seldom', ...Array.from({ length: 30 }, () => 1 + Math.floor(random() * 8))].join(' ');

describe(`two controllers that both believe they lead (LEAFWATCH_SEED=${seed})`, function () {
  this.timeout(600_000);
  const random = drawn(seed);
  before(builtProgram);

  if (only !== undefined)
    it(`end a superseding with one pull request for each revision, taking these turns: ${only}`, () => tellAll([only]));

  if (!all && only === undefined)
    it('end a superseding with one pull request for each revision, in any order of their requests', () =>
      tellAll([
        ...['often', 'seldom'].map((interval) => `${interval} ${5 + Math.floor(random() * 40)}`),
        ...Array.from({ length: 4 }, () => randomTurns(random)),
      ]));

  if (all) {
    it('end a superseding with one pull request for each revision, one of them halted before or after any one of its requests', async function () {
      this.timeout(3_600_000);
      const alone = await tell('often');
      const last = alone.length;
      assert.ok(last > 60, alone.join('\n'));
      const schedules = Object.keys(intervals).flatMap((interval) =>
        Array.from({ length: last }, (_, index) => `${interval} ${index + 1}`),
      );
      const part = schedules.filter(inPart);
      await tellAll(part);
      this.test!.title += `: ${part.length} of ${schedules.length} moments`;
    });

    it('end a superseding with one pull request for each revision, in any of 100 random orders of their requests', async function () {
      this.timeout(3_600_000);
      const part = Array.from({ length: 100 }, () => randomTurns(random)).filter(inPart);
      await tellAll(part);
      this.test!.title += `: ${part.length} of them`;
    });
  }
});
