import { isDeepStrictEqual } from 'node:util';
import { announce } from './decision/announce.ts';
import { changes } from './decision/changes.ts';
import { unreadableConditions } from './decision/conditions.ts';
import { decide, type Decision } from './decision/decide.ts';
import type { Judgement } from './decision/judgement.ts';
import type { RetryDelays } from './decision/pair-of.ts';
import { promotionIn, record } from './decision/record.ts';
import { isTriedAgain, latecomers } from './latecomers.ts';
import type { Action, ActionOf, Outcome } from './model/action.ts';
import type { Change } from './model/change.ts';
import type { Clock } from './model/clock.ts';
import type { Deployment } from './model/deployment.ts';
import type { Fact } from './model/fact.ts';
import type { Failure } from './model/failure.ts';
import type { ObjectKey } from './model/object-key.ts';
import { PipelineStatus } from './model/pipeline-status.ts';
import { isReadable, type SeenPipeline, type UnreadablePipeline } from './model/pipeline.ts';
import type { Learner, World } from './model/world.ts';

/** What one look at a Pipeline came to; `wakeAt` is when the answer changes by itself, milliseconds. */
export interface Reconciliation {
  readonly pipeline: ObjectKey;
  readonly judgements: readonly Judgement[];
  readonly outcomes: readonly Outcome[];
  /** What has become of deployments since the last look: known to the status, and never told again. */
  readonly deployments: readonly Deployment[];
  /** What changes of environments have come to since then. */
  readonly changes: readonly Change[];
  readonly wakeAt: number | undefined;
  /** False when its status could not be written, or others changed it again and again: then it is looked at anew, after a backoff. */
  readonly finished: boolean;
  /** What went wrong inside Leafwatch itself, if something did. */
  readonly bug?: Failure;
}

export interface ReconcileOptions {
  readonly world: World & Learner;
  /** Does an action; never rejects. */
  readonly perform: (action: Action) => Promise<Outcome>;
  /** Whether this process may act now; one that may not closes only what it opened too late itself. */
  readonly leading: () => boolean;
  readonly clock: Clock;
  readonly retryDelays: RetryDelays;
  /** How often the forge is asked about an open pull request, milliseconds. */
  readonly pullRequestInterval: number;
}

/** How often one look decides anew, on what its own actions and other writers changed, before others get their turn. */
const rounds = 5;

/** A commit status is no news of a pull request, which is looked at when it would have been; and nobody is asked about what is handed over. */
const quiet: ReadonlySet<Outcome['type']> = new Set(['check-set', 'pull-request-left', 'handed-over']);

const plain = (status: unknown): unknown => JSON.parse(JSON.stringify(status ?? {}));

const seenFact = (pipeline: SeenPipeline): Fact =>
  isReadable(pipeline) ? { type: 'pipeline-seen', pipeline } : { type: 'pipeline-unreadable', pipeline };

const statusOfUnreadable = (pipeline: UnreadablePipeline, now: number): PipelineStatus => {
  const before = PipelineStatus.safeParse(pipeline.status).data ?? {};
  const conditions = unreadableConditions(pipeline, before.conditions ?? [], now);
  return { ...before, observedGeneration: pipeline.metadata.generation, conditions };
};

/**
 * Looks at one Pipeline until nothing more is to be done: decide, write the status, act, decide again with what became of it.
 * Promises that no action is done before the status that tells of it is written, nor on a status that somebody else has changed since; only
 * what was opened too late is closed on whatever the status says by then.
 */
export const createReconcile = (options: ReconcileOptions): ((key: ObjectKey) => Promise<Reconciliation>) => {
  const { world, perform, leading, clock, retryDelays, pullRequestInterval } = options;
  const late = latecomers(perform);

  /** Writes a status if it says something new, and takes the answer into the World. */
  const save = async (pipeline: ObjectKey, seen: SeenPipeline, status: PipelineStatus): Promise<readonly Outcome[]> => {
    if (isDeepStrictEqual(plain(seen.status), plain(status))) return [];
    const { uid, resourceVersion } = seen.metadata;
    const outcome = await perform({ type: 'write-status', pipeline, uid, resourceVersion, status });
    if (outcome.type === 'status-written') world.wrote(resourceVersion, outcome.pipeline);
    if (outcome.type === 'status-conflict') {
      const { pipeline: newest } = outcome;
      world.learn(newest ? seenFact(newest) : { type: 'pipeline-gone', pipeline });
    }
    return [outcome];
  };

  /** When the forge may be asked again: one that answered is left alone for a while, one that said how long for so long. */
  const askAgainAfter = (outcome: Outcome): number | undefined => {
    if (quiet.has(outcome.type)) return undefined;
    if (outcome.type !== 'failed') return clock.now() + pullRequestInterval;
    const { failure, action } = outcome;
    // A forge that fails, or hangs, is to hold up no others: it is asked less often.
    const following = action.type === 'follow-pull-request' ? clock.now() + 5 * pullRequestInterval : undefined;
    return failure.retryAfter ?? following;
  };
  const remember = (outcome: Outcome): void => {
    const promotion = promotionIn(outcome);
    if (!promotion) return;
    const { pipeline, environment } = promotion;
    const again = askAgainAfter(outcome);
    if ('until' in outcome) world.learn({ type: 'promotion-blocked', pipeline, environment, until: outcome.until });
    else if (again !== undefined) world.learn({ type: 'promotion-asked', pipeline, environment, again });
  };

  /** Takes an annotation off, and the newest Pipeline into the World: what was answered once is not to be seen again. */
  const remove = async (removal: ActionOf<'remove-annotation'>): Promise<Outcome> => {
    const version = world.pipeline(removal.pipeline)?.metadata.resourceVersion;
    const outcome = await perform(removal);
    if (outcome.type !== 'annotation-removed') return outcome;
    if (!outcome.seen) world.learn({ type: 'pipeline-gone', pipeline: removal.pipeline });
    else if (version !== undefined) world.wrote(version, outcome.seen);
    return outcome;
  };

  const act = async (
    seen: SeenPipeline,
    { status, actions, deployments }: Pick<Decision, 'status' | 'actions' | 'deployments'>,
  ): Promise<readonly Outcome[]> => {
    const before = PipelineStatus.safeParse(seen.status).data ?? {};
    const removals = actions.filter((action) => action.type === 'remove-annotation');
    const others = actions.filter((action) => action.type !== 'remove-annotation');
    // Remembered as soon as it is there: what it waits for may come before the other actions have ended.
    const attempt = async (action: Action): Promise<Outcome> => {
      const outcome = await perform(action);
      remember(outcome);
      return outcome;
    };
    const outcomes = await Promise.all([...others, ...announce(seen, before, status, deployments)].map(attempt));
    for (const removal of removals) outcomes.push(await remove(removal));
    return outcomes;
  };

  const refuse = async (pipeline: ObjectKey, seen: UnreadablePipeline, now: number): Promise<readonly Outcome[]> => {
    const status = statusOfUnreadable(seen, now);
    const saved = await save(pipeline, seen, status);
    const told = saved.some(({ type }) => type === 'status-written')
      ? await act(seen, { status, actions: [], deployments: [] })
      : [];
    return [...saved, ...told];
  };

  return async (pipeline) => {
    const outcomes: Outcome[] = [];
    const deployments: Deployment[] = [];
    const figures: Change[] = [];
    let pending: readonly Outcome[] = [];
    let finished = true;
    const closeLate = async (status: PipelineStatus): Promise<void> => {
      // Once in a look, where that fails.
      if (!finished) return;
      const closed = await late.close(pipeline, status);
      finished = !closed.some(isTriedAgain);
      outcomes.push(...closed);
    };
    const answer = (decision?: Decision): Reconciliation => ({
      pipeline,
      judgements: decision?.judgements ?? [],
      outcomes,
      deployments,
      changes: figures,
      wakeAt: decision?.wakeAt,
      finished,
    });
    const unfinished = (): Reconciliation => ({ ...answer(), finished: false });
    const vanish = (): Reconciliation => {
      outcomes.push(...late.forget(pipeline));
      return answer();
    };
    /** Who has opened something too late may lead no more when it learns that. */
    const standBack = async (): Promise<Reconciliation> => {
      const seen = world.pipeline(pipeline);
      if (!seen || seen.metadata.deletionTimestamp !== undefined) return vanish();
      if (isReadable(seen)) await closeLate(seen.status);
      return answer();
    };
    for (let round = 0; round < rounds && leading(); round++) {
      const seen = world.pipeline(pipeline);
      const now = clock.now();
      if (!seen || seen.metadata.deletionTimestamp !== undefined) return vanish();
      if (!isReadable(seen)) {
        outcomes.push(...(await refuse(pipeline, seen, now)));
        return outcomes.some(({ type }) => type === 'failed') ? unfinished() : answer();
      }
      const status = pending.reduce((before, outcome) => record(before, outcome, now), seen.status);
      const decision = decide({ ...seen, status }, world, retryDelays, now);
      const saved = await save(pipeline, seen, decision.status);
      outcomes.push(...saved);
      if (saved.some(({ type }) => type === 'failed')) return unfinished();
      if (saved.some(({ type }) => type === 'status-conflict')) continue;
      deployments.push(...decision.deployments);
      figures.push(...changes(seen, seen.status, decision.status));
      if (!leading()) return standBack();
      await closeLate(decision.status);
      pending = await act(seen, decision);
      late.remember(pipeline, pending);
      outcomes.push(...pending);
      if (decision.actions.length === 0) return answer(decision);
    }
    return leading() ? unfinished() : standBack();
  };
};
