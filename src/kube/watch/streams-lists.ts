import { recordOf, textOf } from '../../model/reading.ts';
import type { Asking } from '../wire/ask.ts';
import { askJson } from '../wire/ask-json.ts';
import { RefusedError } from '../wire/refusal.ts';

/** The first Kubernetes release in which `sendInitialEvents` is always there. Some older ones ignore it, and never say so. */
const first = { major: 1, minor: 34 };

/**
 * Whether the server streams a first state ("WatchList"), by its version; undefined when it does not tell its version now,
 * for which nobody needs a right that a kubeconfig would have to give.
 */
export const streamsLists = async (asking: Asking): Promise<boolean | undefined> => {
  try {
    const { major, minor } = recordOf(await askJson(asking, '/version'));
    return isRecent(numberIn(major), numberIn(minor));
  } catch (error) {
    if (error instanceof RefusedError) return undefined;
    throw error;
  }
};

const isRecent = (major: number, minor: number): boolean =>
  major > first.major || (major === first.major && minor >= first.minor);

/** Some vendors write `34+`. */
const numberIn = (value: unknown): number => Number.parseInt(textOf(value) ?? '', 10);
