import {
  asyncScheduler,
  auditTime,
  defer,
  ignoreElements,
  map,
  repeat,
  tap,
  timer,
  type Observable,
  type SchedulerLike,
} from 'rxjs';
import type { WebhookOptions } from '../http/webhook.ts';
import type { Fact } from '../model/fact.ts';
import { failureOf } from '../model/failure.ts';
import { objectKey, splitKey, type ObjectKey } from '../model/object-key.ts';
import { isReadable, type Pipeline } from '../model/pipeline.ts';
import type { World } from '../model/world.ts';
import { eachEntry } from '../stream/each-entry.ts';

export interface WebhookKeysOptions {
  readonly world: Pick<World, 'pipeline' | 'pipelines'>;
  /** The facts about Pipelines. */
  readonly changes: Observable<Fact>;
  /** The data of a Secret; undefined when there is none. */
  readonly readSecret: (namespace: string, name: string) => Promise<Readonly<Record<string, Uint8Array>> | undefined>;
  /** Told, in words and once until they change, why a Secret gives no key. */
  readonly onTrouble: (secret: ObjectKey, trouble: string) => void;
  readonly scheduler?: SchedulerLike;
}

/** How soon a changed key is known. */
const interval = 60_000;
/** How soon a first read that got no answer is tried again, then after twice as long: Flux sends an event again for 14 seconds. */
const anew = 2_000;
/** Changes of many Pipelines are looked at as one. */
const together = 100;

const secretFor = ({ metadata: { namespace }, spec }: Pipeline, environment?: string): ObjectKey | undefined => {
  const own = spec.environments.find(({ name }) => name === environment)?.promotion?.strategy?.secretRef;
  const { name } = own ?? spec.promotion?.strategy?.secretRef ?? {};
  return name === undefined ? undefined : objectKey(namespace, name);
};

const secretsOf = (pipeline: Pipeline): readonly ObjectKey[] =>
  pipeline.spec.environments.flatMap(({ name }) => secretFor(pipeline, name) ?? []);

/**
 * The keys that sign webhooks, `hmac-key` and during a rotation `hmac-key-next`, held in memory and read anew every minute: no request makes us
 * ask anybody, and one about nothing takes no less time than one about something. Where a Secret cannot be read, the keys that it held stay.
 */
export const webhookKeys = ({
  world,
  changes,
  readSecret,
  onTrouble,
  scheduler = asyncScheduler,
}: WebhookKeysOptions): {
  readonly keysOf: WebhookOptions['keysOf'];
  /** Whether all Pipelines were listed, and each Secret that they name was read once or may not be: also one that is named for the first time now. */
  readonly ready: () => boolean;
  /** Keeps the keys up to date while it is subscribed to. */
  readonly reading: Observable<never>;
} => {
  const keys = new Map<ObjectKey, readonly Uint8Array[]>();
  const troubles = new Map<ObjectKey, string>();
  const answered = new Set<ObjectKey>();
  const awaited = new Set<ObjectKey>();
  let listed = false;

  const found = (secret: ObjectKey): void => {
    answered.add(secret);
    awaited.delete(secret);
  };
  const note = (secret: ObjectKey, trouble: string | undefined): void => {
    if (trouble !== undefined && troubles.get(secret) !== trouble) onTrouble(secret, trouble);
    if (trouble === undefined) troubles.delete(secret);
    else troubles.set(secret, trouble);
  };
  const read = async (secret: ObjectKey): Promise<void> => {
    const { namespace, name } = splitKey(secret);
    try {
      const data = await readSecret(namespace, name);
      const named = [data?.['hmac-key'], data?.['hmac-key-next']].filter((key) => key !== undefined);
      const held = named.filter(({ length }) => length > 0);
      keys.set(secret, held);
      const missing = data ? 'it holds no hmac-key' : 'it does not exist';
      note(secret, held.length > 0 ? undefined : missing);
      found(secret);
    } catch (error) {
      const { reason, message } = failureOf(error, 'reading it');
      note(secret, message);
      // That is an answer too, and for as long as it takes somebody to grant it.
      if (reason === 'Forbidden') found(secret);
    }
  };
  const pauseAfter = (secret: ObjectKey, reads: number): number =>
    answered.has(secret) ? interval : Math.min(interval, anew * 2 ** (reads - 1));
  const learn = (fact: Fact): void => {
    listed ||= fact.type === 'pipelines-listed';
    if (fact.type !== 'pipeline-seen') return;
    for (const secret of secretsOf(fact.pipeline)) if (!answered.has(secret)) awaited.add(secret);
  };
  const named = (): ReadonlyMap<ObjectKey, true> => {
    const pipelines = [...world.pipelines()].flatMap((key) => world.pipeline(key) ?? []);
    return new Map(pipelines.filter(isReadable).flatMap((pipeline) => secretsOf(pipeline).map((key) => [key, true])));
  };

  return {
    ready: () => listed && awaited.size === 0,
    reading: changes.pipe(
      tap(learn),
      auditTime(together, scheduler),
      map(named),
      tap((secrets) => {
        for (const secret of awaited) if (!secrets.has(secret)) awaited.delete(secret);
      }),
      eachEntry<ObjectKey, true, unknown>({
        open: (secret) =>
          defer(() => read(secret)).pipe(repeat({ delay: (reads) => timer(pauseAfter(secret, reads), scheduler) })),
        closed: (secret) => {
          keys.delete(secret);
          troubles.delete(secret);
          answered.delete(secret);
        },
        same: () => true,
      }),
      ignoreElements(),
    ),
    keysOf: ({ namespace, pipeline: name, environment }) => {
      const pipeline = world.pipeline(objectKey(namespace, name));
      if (!pipeline || !isReadable(pipeline)) return undefined;
      if (!pipeline.spec.environments.some((one) => one.name === environment)) return undefined;
      const secret = secretFor(pipeline, environment);
      if (secret === undefined) return [];
      const held = keys.get(secret);
      // A Secret without a key must not open what it is to close.
      return held && held.length > 0 ? held : undefined;
    },
  };
};
