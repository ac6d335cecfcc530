import type { Objects } from '../kube/call/objects.ts';
import type { ActionOf, Handover, Outcome } from '../model/action.ts';
import type { Clock } from '../model/clock.ts';
import { FailureError, failureOf, type Failure } from '../model/failure.ts';
import { forgetOldest } from '../model/forget-oldest.ts';

export interface HandOverDeps {
  readonly objects: Pick<Objects, 'createEvent'>;
  readonly clock: Pick<Clock, 'now'>;
  /** Who must hear of it besides those who watch Events: resolves once it is theirs, within `patience`. */
  readonly tell?: (promotion: Handover) => Promise<void>;
  /** Milliseconds. */
  readonly patience: number;
  /** Called when it is known what has become of a promotion that was sent. */
  readonly onAnswer: (promotion: Handover) => void;
}

type Answer = 'awaited' | 'taken' | Failure;

/** Promotions whose answers are remembered at a time; one that is forgotten is told again. */
const most = 10_000;

/** Sent at a time: the others ask again. */
const atOnce = 16;

/**
 * Tells of a promotion by a Kubernetes Event and to the receiver, without waiting for that one: it may hang, and others are to have their
 * turn. Once it has answered, the same action comes to its end. At least once: what a crash has cut off is told again, under the same id.
 */
export const handOver = ({ objects, clock, tell, patience, onAnswer }: HandOverDeps) => {
  const answers = new Map<string, Answer>();
  const recorded = new Set<string>();
  let sending = 0;

  const send = async (promotion: Handover, to: NonNullable<typeof tell>): Promise<void> => {
    answers.set(promotion.id, 'awaited');
    sending += 1;
    const answer = await to(promotion).then(
      (): Answer => 'taken',
      (error: unknown) => failureOf(error, 'handing over a promotion'),
    );
    sending -= 1;
    answers.set(promotion.id, answer);
    forgetOldest(answers, most);
    onAnswer(promotion);
  };
  const record = async ({ pipeline, uid, id, announcement }: Handover): Promise<void> => {
    if (recorded.has(id)) return;
    await objects.createEvent(pipeline, uid, announcement);
    recorded.add(id);
    forgetOldest(recorded, most);
  };

  return async ({ promotion }: ActionOf<'hand-over'>): Promise<Outcome> => {
    const { id } = promotion;
    const answer = answers.get(id);
    if (answer === undefined) {
      await record(promotion);
      if (!tell) return { type: 'handed-over', promotion };
      if (sending < atOnce) void send(promotion, tell);
    }
    if (answer === undefined || answer === 'awaited')
      return { type: 'handover-pending', promotion, until: clock.now() + patience };
    answers.delete(id);
    if (answer === 'taken') return { type: 'handed-over', promotion };
    throw new FailureError(answer);
  };
};
