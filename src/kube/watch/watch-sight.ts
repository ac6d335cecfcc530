import type { Asking } from '../wire/ask.ts';
import type { Gate } from './gate.ts';
import type { Resource } from './resource.ts';
import type { WatchState } from './watch-state.ts';

/** What a step saw, as soon as it saw it. */
export type Sight<T> =
  | { readonly type: 'init' }
  | { readonly type: 'init-apply' | 'init-delete' | 'apply' | 'delete'; readonly object: T }
  /** The server has taken the watch. */
  | { readonly type: 'opened' }
  /** The server says that the watch has told everything so far. */
  | { readonly type: 'bookmark' }
  /** A line of a type that is not known here. */
  | { readonly type: 'puzzled'; readonly message: string };

/** The state after something was seen, or after nothing was. */
export interface Step<T> {
  readonly state: WatchState;
  readonly sight?: Sight<T>;
}

/** Is told each thing in the moment in which it is seen, and the state that then holds. */
export type See<T> = (step: Step<T>) => void;

/** What a step may use. */
export interface Surroundings<T> extends Asking {
  readonly resource: Resource;
  readonly project: (raw: unknown) => T;
  readonly gate: Gate | undefined;
}
