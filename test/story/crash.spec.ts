import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { builtProgram } from '../support/start-controller.ts';
import { assertEnd } from './support/assert-end.ts';
import { startMortal, type Mortal, type Point } from './support/start-mortal.ts';
import { startSurroundings } from './support/start-surroundings.ts';
import { partOf } from './support/part-of.ts';
import { isCrossed, stories, type Story } from './support/stories.ts';
import { tellStory } from './support/tell-story.ts';

const moments = ['before', 'after'] as const;

/** `all`, or a part of them: `2/8` is the second of eight. */
const wanted = process.env['LEAFWATCH_CRASHES'];
const all = wanted !== undefined;
const inPart = partOf(wanted);
const only = process.env['LEAFWATCH_CRASH'];
const seed = process.env['LEAFWATCH_SEED'] ?? String(Math.floor(Math.random() * 1e6));

/** Stories told at a time: each mostly waits. */
const width = 3;

/** Requests that repeat themselves as long as nothing happens, over and over at the same state: only the first two of them are points of their own. */
const repeating = /^(look|lease|read lease)\b/;

/**
 * How often a status is written on the way depends on how the news arrives, and how often is asked anew on what is done together; what
 * follows the end is cut short by the stop. No story has more than two promotions: what is read of the forge for a third time is an attempt or a
 * request that was repeated, and need not be the next time.
 */
const varying =
  / (?:(?:status|event|look|lease|read lease|GET \S+\/secrets\/\S+)\b.* #\d+|(?:refs|find|fetch)\b.* #(?:[2-9]|\d\d+)|GET \S+\/repos\/\S+ #(?:[3-9]|\d\d+))$/;

const nameOf = ({ moment, request, nth }: Point) => `${moment} ${request} #${nth}`;

const output = (mortal: Mortal) =>
  `It died ${mortal.deaths.map(nameOf).join(', ') || 'never'}, and said:\n${mortal.output()}`;

/**
 * Tells the story to the end with a controller that dies at the points that `isDeadly`, and checks what it came to. Where a person crosses a
 * promotion it is immortal until then.
 */
const tell = async (story: Story, isDeadly: (point: Point) => boolean): Promise<Mortal> => {
  const surroundings = await startSurroundings();
  let immortal = story.some(isCrossed);
  const mortal = await startMortal(surroundings, (point) => !immortal && isDeadly(point));
  const turn = () => {
    immortal = false;
    mortal.countAnew();
  };
  try {
    await tellStory(surroundings, story, mortal.forgeUrl, turn);
    await mortal.stop();
    await assertEnd(surroundings, story);
    return mortal;
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${output(mortal)}`, { cause: error });
  } finally {
    await mortal.close();
    await surroundings.close();
  }
};

/** Kills at the point of that name, once. */
const at = (name: string) => {
  let reached = false;
  return (point: Point) => {
    if (reached || nameOf(point) !== name) return false;
    return (reached = true);
  };
};

const drawn = (text: string): number => createHash('sha256').update(`${seed} ${text}`).digest()[0]!;

/** Kills at each request when it is first made at a point that `isDeadly`; one death after the other. */
const atEachOnce = (isDeadly: (point: Point) => boolean) => {
  const died = new Set<string>();
  return (point: Point) => {
    if (died.has(point.request) || !isDeadly(point)) return false;
    died.add(point.request);
    return true;
  };
};

/** Tells the story once for each name, and says which failed, and how to repeat it. */
const tellAll = async (title: string, story: Story, names: readonly string[]) => {
  const left = [...names];
  const failures: string[] = [];
  const unreached: string[] = [];
  const work = async () => {
    for (let name = left.shift(); name !== undefined; name = left.shift())
      try {
        const { deaths } = await tell(story, at(name));
        if (deaths.length === 0) unreached.push(name);
      } catch (error) {
        const repeat = `LEAFWATCH_CRASH='${name}' npx mocha test/story/crash.spec.ts -g '${title}'`;
        failures.push(`${repeat} repeats:\n${error instanceof Error ? error.message : String(error)}`);
      }
  };
  await Promise.all(Array.from({ length: width }, work));
  assert.equal(failures.length, 0, failures.join('\n\n'));
  return unreached;
};

describe(`a controller that is killed by kill -9 (LEAFWATCH_SEED=${seed})`, function () {
  this.timeout(600_000);
  before(builtProgram);

  /** Tells it with one death at each request of which `isDeadly` says so, which are all writes at least; these among them. */
  const tellAtEachOnce = async (
    test: { title: string },
    story: Story,
    isDeadly: (point: Point) => boolean,
    among: readonly string[],
  ) => {
    const { deaths, points } = await tell(story, atEachOnce(isDeadly));
    const writes = new Set(points.filter(({ isWrite }) => isWrite).map(({ request }) => request));
    const died = deaths.map(({ request }) => request);
    test.title += `: ${died.length} deaths, at ${new Set(points.map(({ request }) => request)).size} requests`;
    assert.deepEqual(
      [...writes].filter((write) => !died.includes(write)),
      [],
    );
    for (const write of among) assert.ok(died.includes(write), `no death at ${write} among ${died.join(', ')}`);
  };

  if (!all && only === undefined) {
    for (const moment of moments)
      it(`ends a superseding with one pull request for each revision, killed ${moment} each of its writes and a third of its reads, one after the other`, function () {
        const isDeadly = ({ moment: at, request, isWrite }: Point) =>
          at === moment && (isWrite || drawn(`${moment} ${request}`) % 3 === 0);
        const among = [
          'status Opening 6.1.6',
          'push 6.1.6',
          'open 6.1.6',
          'comment 1',
          'close 1',
          'delete branch 6.1.5',
        ];
        return tellAtEachOnce(this.test!, stories['a superseding'], isDeadly, among);
      });

    const isDrawn = ({ moment, request, isWrite }: Point) => isWrite && moment === moments[drawn(request) % 2];

    it('ends a remake with one pull request, killed before or after each write since its base has moved, one after the other', function () {
      const among = ['push 6.1.5', 'status Open 6.1.5', 'commit status', 'delete branch 6.1.5'];
      return tellAtEachOnce(this.test!, stories['a remake'], isDrawn, among);
    });

    it('ends a retry with one more pull request, killed before or after each write since the first was closed, one after the other', function () {
      const among = ['status Closed 6.1.5', 'status Opening 6.1.5', 'push 6.1.5', 'open 6.1.5', 'delete branch 6.1.5'];
      return tellAtEachOnce(this.test!, stories['a retry'], isDrawn, among);
    });
  }

  for (const [title, story] of Object.entries(stories)) {
    if (only !== undefined)
      it(`ends ${title} with one pull request for each attempt, killed ${only}`, async () => {
        assert.deepEqual(await tellAll(title, story, [only]), [], 'it never came to that');
      });

    if (all)
      it(`ends ${title} with one pull request for each attempt, killed at any one moment, before or after any one of its requests`, async function () {
        this.timeout(3_600_000);
        const { points } = await tell(story, () => false);
        const names = points.filter(({ request, nth }) => nth <= 2 || !repeating.test(request)).map(nameOf);
        assert.ok(names.length > (story.some(isCrossed) ? 45 : 60 * story.length), `only ${names.length} points`);
        const part = names.filter(inPart);
        const unreached = await tellAll(title, story, part);
        this.test!.title += `: ${part.length - unreached.length} of ${names.length} moments`;
        assert.deepEqual(
          unreached.filter((name) => !varying.test(name)),
          [],
        );
      });
  }
});
