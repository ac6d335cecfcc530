import { setTimeout as sleep } from 'node:timers/promises';
import { announcementOf, instructionFor, perform } from './act.ts';
import type { Controller } from './controller.ts';
import { createForgeClient, type ForgeClient } from './forge-client.ts';
import { narrate } from './narrate.ts';
import { nextAct, type Act } from './next-act.ts';
import { observe, type Sight } from './observe.ts';
import type { Stage } from './stage.ts';
import type { Timeline } from './timeline.ts';
import { pendingInStatus } from './verdict.ts';

/** How often one looks, and how long people take to make up their mind, in milliseconds. */
const pause = { look: 100, think: 600 };

/** How the story came to its end; `stopped` is by a person. */
export type Ending = { readonly type: 'over' | 'late' | 'stopped' | 'controller-ended'; readonly sight: Sight };

export interface Playing {
  readonly stage: Stage;
  readonly controller: Controller;
  readonly timeline: Timeline;
  readonly stop: AbortSignal;
}

/** Whether somebody of the demo does what is to be done; otherwise the person who watches is told how. */
type Cast = (act: Act) => boolean;

const keyOf = (act: Act) => `${act.type} ${announcementOf(act).text}`;

const takePart = async (act: Act, cast: Cast, { stage, timeline, stop }: Playing, forge: ForgeClient) => {
  if (!cast(act)) {
    timeline.tell(instructionFor(act, stage));
    return;
  }
  timeline.tell(announcementOf(act));
  await sleep(pause.think, undefined, { signal: stop });
  await perform(act, stage, forge);
};

/** Looks again and again, tells what changed, and lets people do what is their turn, once; until `isEnd` answers. */
const follow = async (
  playing: Playing,
  cast: Cast,
  isEnd: (sight: Sight) => Ending['type'] | undefined,
  told?: Sight,
): Promise<Ending> => {
  const { stage, controller, timeline, stop } = playing;
  const forge = createForgeClient(stage.forge.url, stage.forgeToken);
  const done = new Set<string>();
  let before = told;
  for (;;) {
    const sight = await observe(stage, forge);
    for (const happening of narrate(before, sight)) timeline.tell(happening);
    timeline.show(sight);
    before = sight;
    if (stop.aborted) return { type: 'stopped', sight };
    if (controller.ended() !== undefined) return { type: 'controller-ended', sight };
    const end = isEnd(sight);
    if (end) return { type: end, sight };
    const act = nextAct(sight);
    if (act && !done.has(keyOf(act))) await takePart(act, cast, playing, forge).catch(unlessStopped(stop));
    if (act) done.add(keyOf(act));
    await sleep(pause.look, undefined, { signal: stop }).catch(() => undefined);
  }
};

const unlessStopped = (stop: AbortSignal) => (error: unknown) => {
  if (!stop.aborted) throw error;
};

/** Plays the story from the release to its end; `deadline` is a time of `performance.now()`. */
export const play = (playing: Playing, cast: Cast, deadline: number): Promise<Ending> =>
  follow(playing, cast, (sight) => {
    if (pendingInStatus(sight).length === 0) return 'over';
    return performance.now() > deadline ? 'late' : undefined;
  });

/** Goes on telling what happens after what was `told`, until a person stops it. */
export const stay = (playing: Playing, told: Sight): Promise<Ending> =>
  follow(
    playing,
    () => false,
    () => undefined,
    told,
  );
