import { recordOf, textOf } from '../../model/reading.ts';
import { BrokenStreamError } from '../wire/broken-stream.ts';
import { parseJson } from '../wire/parse-json.ts';
import { refusalOf, type Refusal } from '../wire/refusal.ts';

/** One line of a watch. `version` is the resourceVersion up to which the watch has told everything. */
export type WatchLine<T> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly version: string; readonly object: T }
  /** `endsInitial` says that all there is has been told. */
  | { readonly type: 'BOOKMARK'; readonly version: string; readonly endsInitial: boolean }
  | { readonly type: 'ERROR'; readonly refusal: Refusal }
  | { readonly type: 'unknown'; readonly name: string };

/** Reads a line of a watch, and of its object what `project` keeps; throws BrokenStreamError when it is not one, since a line that is skipped is a change that is missed. */
export const readWatchLine = <T>(line: string, project: (raw: unknown) => T): WatchLine<T> => {
  const { type, object } = parse(line);
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      return { type, version: versionOf(object), object: project(object) };
    case 'BOOKMARK':
      return { type, version: versionOf(object), endsInitial: endsInitial(object) };
    case 'ERROR':
      return { type, refusal: refusalOf(object) };
    default:
      if (textOf(type) === undefined) throw new BrokenStreamError('a line of the watch has no type');
      return { type: 'unknown', name: String(type) };
  }
};

const parse = (line: string): Readonly<Record<string, unknown>> => recordOf(parseJson(line, 'a line of the watch'));

const endsInitial = (object: unknown): boolean =>
  recordOf(recordOf(recordOf(object)['metadata'])['annotations'])['k8s.io/initial-events-end'] === 'true';

const versionOf = (object: unknown): string => {
  const version = textOf(recordOf(recordOf(object)['metadata'])['resourceVersion']);
  if (version === undefined) throw new BrokenStreamError('an object of the watch has no resourceVersion');
  return version;
};
