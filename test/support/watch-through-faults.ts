import assert from 'node:assert/strict';
import { config, Subject, tap } from 'rxjs';
import { connectTo } from '../../src/kube/wire/connection.ts';
import type { Gate } from '../../src/kube/watch/gate.ts';
import type { Resource } from '../../src/kube/watch/resource.ts';
import { watch } from '../../src/kube/watch/watcher.ts';
import type { Failure } from '../../src/model/failure.ts';
import { recordOf } from '../../src/model/reading.ts';
import { reflect, type Change } from '../../src/stream/reflect.ts';
import type { WatchEvent } from '../../src/stream/watch-event.ts';
import { eventually } from './eventually.ts';
import { startFaultProxy, type FaultProxy } from './fault-proxy.ts';
import { startPlainApiServer, type PlainApiServer } from './start-plain-api-server.ts';
import { virtualTime, type VirtualTime } from './virtual-time.ts';

/** What is kept of a ConfigMap. */
export interface Thing {
  readonly name: string;
  readonly uid: string;
  readonly version: string;
  readonly data: string;
}

export const configMaps: Resource = { group: '', versions: ['v1'], plural: 'configmaps' };

export const projectThing = (raw: unknown): Thing => {
  const { metadata, data } = recordOf(raw);
  const { name, uid, resourceVersion } = recordOf(metadata);
  return { name: String(name), uid: String(uid), version: String(resourceVersion), data: String(recordOf(data)['is']) };
};

const identity = {
  key: ({ name }: Thing) => name,
  uid: ({ uid }: Thing) => uid,
  same: (before: Thing, after: Thing) => before.version === after.version,
};

/** What a reader of changes holds, folded as the product's readers do. */
export const createReader = () => {
  const held = new Map<string, Thing>();
  const learn = (change: Change<Thing, Failure>): void => {
    switch (change.type) {
      case 'replaced':
        held.clear();
        for (const thing of change.objects) held.set(thing.name, thing);
        break;
      case 'apply':
        held.set(change.object.name, change.object);
        break;
      case 'delete':
        held.delete(change.object.name);
        break;
      case 'resumed':
      case 'lost':
    }
  };
  return { learn, held: (): ReadonlyMap<string, Thing> => held, operator: reflect<Thing, Failure>(identity) };
};

/** What a server holds, as a reader should. */
export const thingsOf = (server: PlainApiServer): ReadonlyMap<string, Thing> =>
  new Map(
    server
      .held()
      .map(projectThing)
      .map((thing) => [thing.name, thing]),
  );

const wordFor = (event: WatchEvent<Thing, Failure>): string => {
  switch (event.type) {
    case 'lost':
      return `lost ${event.failure.reason}`;
    case 'init-apply':
    case 'init-delete':
    case 'apply':
    case 'delete':
      return `${event.type} ${event.object.name}`;
    case 'init':
    case 'init-done':
    case 'resumed':
      return event.type;
  }
};

const wordForRequest = (path: string): string => {
  const query = new URL(path, 'http://x').searchParams;
  const page = query.has('continue') ? ' next page' : '';
  const list = query.get('limit') === '1' ? 'one' : 'list';
  const verb = query.has('sendInitialEvents') ? 'stream' : query.has('watch') ? 'watch' : list;
  return `${verb} ${query.get('resourceVersion') ?? 'newest'}${page}`;
};

export interface Watching {
  readonly server: PlainApiServer;
  readonly proxy: FaultProxy;
  readonly time: VirtualTime;
  readonly words: () => readonly string[];
  /** The watch's requests that reached the server. */
  readonly requests: () => readonly string[];
  readonly puzzles: readonly string[];
  /** Waits until this is all that was said; what falls due at once falls due. */
  readonly says: (...expected: readonly string[]) => Promise<void>;
  /** Waits until these were the last things said, moving time on by `step` at each look. */
  readonly endsWith: (expected: readonly string[], step?: number) => Promise<void>;
  /** Waits until the reader holds what the server holds and the watch is live, moving time on by `step` at each look. */
  readonly agrees: (step?: number) => Promise<void>;
  readonly held: () => ReadonlyMap<string, Thing>;
  /** The server takes this token from now on and no other, and the watch is given it, as at a rotation. */
  readonly rotate: (token: string) => void;
  readonly unsubscribe: () => void;
}

/** Starts a server, a network before it and a watch through both, with `a` and `b` on the server; `ends` is told what to end. */
export const watchThroughFaults = async (
  ends: (() => void | Promise<void>)[],
  {
    before = () => undefined,
    onEvent = () => undefined,
    random = 0,
    limits = { connect: 5_000, firstByte: 5_000 },
    things = ['a', 'b'],
    minor = 35,
    gate,
  }: {
    /** Done before the watch begins. */
    readonly before?: (proxy: FaultProxy, server: PlainApiServer) => void;
    readonly onEvent?: (event: WatchEvent<Thing, Failure>) => void;
    readonly random?: number;
    readonly limits?: { readonly connect: number; readonly firstByte: number };
    readonly things?: readonly string[];
    /** Of the Kubernetes version: from 1.34 on the first state streams in. */
    readonly minor?: number;
    readonly gate?: Gate;
  } = {},
): Promise<Watching> => {
  const server = await startPlainApiServer({ minor });
  const proxy = await startFaultProxy(server.url);
  for (const name of things) server.put(name, 'first');
  before(proxy, server);
  const time = virtualTime({ random });
  let { token } = server;
  const options = () => Promise.resolve({ headers: { authorization: `Bearer ${token}` } });
  const connection = connectTo({ server: proxy.url, options }, { limits });
  const renewed = new Subject<void>();
  const words: string[] = [];
  const puzzles: string[] = [];
  const reader = createReader();
  let live = false;
  const shown = watch(connection, configMaps, {
    project: projectThing,
    clock: time.clock,
    scheduler: time.scheduler,
    renewed,
    ...(gate ? { gate } : {}),
    puzzled: (message) => puzzles.push(message),
  });
  const note = (event: WatchEvent<Thing, Failure>): void => {
    words.push(wordFor(event));
    if (event.type === 'lost') live = false;
    if (event.type === 'resumed' || event.type === 'init-done') live = true;
    onEvent(event);
  };
  const subscription = shown.pipe(tap(note), reader.operator).subscribe(reader.learn);
  ends.push(
    () => server.close(),
    () => proxy.close(),
    () => connection.close(),
    () => subscription.unsubscribe(),
  );
  const until = (check: () => void, step = 0) =>
    eventually(
      () => {
        time.advance(step);
        check();
      },
      { every: 5 },
    );
  return {
    server,
    proxy,
    time,
    puzzles,
    words: () => words,
    requests: () => server.requests.filter((path) => path !== '/version').map(wordForRequest),
    held: reader.held,
    rotate: (next) => {
      server.accept(next);
      token = next;
      connection.close();
      renewed.next();
    },
    unsubscribe: () => subscription.unsubscribe(),
    says: (...expected) => until(() => assert.deepEqual(words, expected)),
    endsWith: (expected, step) => until(() => assert.deepEqual(words.slice(-expected.length), expected), step),
    agrees: (step) =>
      until(() => {
        assert.ok(live, `not live: ${words.join(', ')}`);
        assert.deepEqual([...reader.held()].sort(), [...thingsOf(server)].sort());
      }, step),
  };
};

/** Collects what subscribers throw, which RxJS would otherwise make an uncaught exception; `ends` puts it back. */
export const collectUncaught = (ends: { readonly push: (end: () => void) => void }): readonly unknown[] => {
  const errors: unknown[] = [];
  config.onUnhandledError = (error) => errors.push(error);
  ends.push(() => (config.onUnhandledError = null));
  return errors;
};
