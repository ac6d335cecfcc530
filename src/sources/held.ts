import { distinctUntilChanged, scan, startWith, type Observable } from 'rxjs';
import type { Connection } from '../kube/wire/connection.ts';
import type { Resource } from '../kube/watch/resource.ts';
import type { Failure } from '../model/failure.ts';
import type { ObjectKey } from '../model/object-key.ts';
import type { Change, Identity } from '../stream/reflect.ts';
import { watchChanges, type WatchDeps } from './watch-changes.ts';

/** The objects of a watch as far as they are known, and why that may not be all or not the newest. */
export interface Held<T> {
  readonly objects: ReadonlyMap<ObjectKey, T>;
  readonly unread: Failure | undefined;
}

/** What stands for a watch that has not said anything yet. */
export const beingRead: Failure = {
  remedy: 'retry',
  reason: 'BeingRead',
  message: 'they are being read',
};

/** What a watch shows, all of it at each change, beginning with nothing; a watch that is lost leaves what is known as it is. */
export const watchHeld = <T extends { readonly key: ObjectKey }>(
  connection: Connection,
  resource: Resource,
  reading: Identity<T> & { readonly project: (raw: unknown) => T },
  deps: WatchDeps,
): Observable<Held<T>> => {
  const nothing: Held<T> = { objects: new Map(), unread: beingRead };
  return watchChanges(connection, resource, reading, deps).pipe(
    scan(heldAfter, nothing),
    startWith(nothing),
    distinctUntilChanged(),
  );
};

const heldAfter = <T extends { readonly key: ObjectKey }>(held: Held<T>, change: Change<T, Failure>): Held<T> => {
  const { objects } = held;
  switch (change.type) {
    case 'replaced':
      return { objects: new Map(change.objects.map((object) => [object.key, object])), unread: undefined };
    case 'apply':
      return { ...held, objects: new Map([...objects, [change.object.key, change.object]]) };
    case 'delete':
      return { ...held, objects: new Map([...objects].filter(([key]) => key !== change.object.key)) };
    case 'resumed':
      return { objects, unread: undefined };
    case 'lost':
      return { objects, unread: change.failure };
  }
};
