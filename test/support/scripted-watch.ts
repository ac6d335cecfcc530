import assert from 'node:assert/strict';
import { Subject } from 'rxjs';
import { connectTo } from '../../src/kube/wire/connection.ts';
import type { Gate } from '../../src/kube/watch/gate.ts';
import type { Resource } from '../../src/kube/watch/resource.ts';
import { watch } from '../../src/kube/watch/watcher.ts';
import type { Failure } from '../../src/model/failure.ts';
import { recordOf } from '../../src/model/reading.ts';
import type { WatchEvent } from '../../src/stream/watch-event.ts';
import { eventually } from './eventually.ts';
import { startScriptedServerOf, type Answer } from './scripted-server.ts';
import { virtualTime } from './virtual-time.ts';

export const things: Resource = { group: 'example.org', versions: ['v1'], plural: 'things' };

const nameOf = (raw: unknown): string => String(recordOf(recordOf(raw)['metadata'])['name']);

const wordFor = (event: WatchEvent<string, Failure>): string => {
  switch (event.type) {
    case 'lost':
      return `lost ${event.failure.reason}`;
    case 'init-apply':
    case 'init-delete':
    case 'apply':
    case 'delete':
      return `${event.type} ${event.object}`;
    case 'init':
    case 'init-done':
    case 'resumed':
      return event.type;
  }
};

/** Which requests came: `list limit=100`, `watch 7`, `stream 0`, `group`. */
const wordForRequest = (path: string): string => {
  if (path === '/apis/example.org') return 'group';
  const query = new URL(path, 'http://x').searchParams;
  if (query.has('sendInitialEvents')) return `stream ${query.get('resourceVersion') ?? ''}`;
  if (query.has('watch')) return `watch ${query.get('resourceVersion') ?? ''}`;
  return `list ${query.toString()}`;
};

/** A watch in virtual time of a server that keeps to a script. */
export interface ScriptedWatch {
  readonly script: readonly Answer[];
  /** The server's Kubernetes release: 1.33 does not stream lists. */
  readonly release?: number;
  readonly resource?: Resource;
  readonly random?: number;
  readonly gate?: Gate;
  /** Done at the first event of a watch, in the moment in which it is told; is given what renews the credentials. */
  readonly atFirstApply?: (renew: () => void) => void;
}

/** Starts such a watch; `ends` is told what to end, last first. */
export const startScriptedWatch = async (
  ends: (() => void | Promise<void>)[],
  { script, release = 1.33, resource = things, random = 0, gate, atFirstApply }: ScriptedWatch,
) => {
  const server = await startScriptedServerOf(release, ...script);
  const time = virtualTime({ random });
  const connection = connectTo({ server: server.url, options: () => Promise.resolve({}) });
  const renewed = new Subject<void>();
  const events: WatchEvent<string, Failure>[] = [];
  const puzzles: string[] = [];
  const renew = () => {
    renewed.next();
  };
  const heard = (event: WatchEvent<string, Failure>): void => {
    events.push(event);
    if (event.type === 'apply' && events.filter(({ type }) => type === 'apply').length === 1) atFirstApply?.(renew);
  };
  const subscription = watch(connection, resource, {
    project: nameOf,
    clock: time.clock,
    scheduler: time.scheduler,
    renewed,
    ...(gate ? { gate } : {}),
    puzzled: (message) => puzzles.push(message),
  }).subscribe(heard);
  ends.push(
    () => server.close(),
    () => connection.close(),
    () => subscription.unsubscribe(),
  );
  const words = () => events.map(wordFor);
  const requests = () => server.requests.map(wordForRequest);
  const timers = () => time.scheduler.actions.filter(({ closed }) => !closed);
  return {
    server,
    renew,
    connection,
    subscription,
    time,
    events,
    puzzles,
    words,
    requests,
    /** Waits until the watch leaves the server alone for so many milliseconds, and asks for nothing else meanwhile. */
    waits: (milliseconds: number) =>
      eventually(() => {
        const due = timers().map(({ delay }) => delay - time.scheduler.frame);
        assert.deepEqual(due, [milliseconds]);
      }),
    /** Waits until these events came; what falls due at once falls due. */
    says: (...expected: readonly string[]) =>
      eventually(() => {
        time.advance(0);
        assert.deepEqual(words(), expected);
      }),
    asks: (...expected: readonly string[]) =>
      eventually(() => {
        time.advance(0);
        assert.deepEqual(requests(), expected);
      }),
  };
};
