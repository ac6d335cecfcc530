import { readdirSync, readFileSync } from 'node:fs';

const folder = new URL('../fixtures/recordings/helmrelease/', import.meta.url);

export interface RecordedRelease {
  readonly metadata: { readonly namespace: string; readonly name: string; readonly generation: number };
  readonly spec: { readonly suspend?: boolean };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly history?: readonly { readonly chartVersion: string; readonly status: string }[];
  };
}

/** What a recorded watch has shown, and when (milliseconds); no object when it was deleted. */
export interface RecordedEvent {
  readonly key: `${string}/${string}`;
  readonly at: number;
  readonly added: boolean;
  readonly object: RecordedRelease | undefined;
}

const linesOf = (name: string): readonly unknown[] =>
  readFileSync(new URL(name, folder), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));

/** The names of all recordings of HelmReleases, in order. */
export const recordingNames = readdirSync(folder)
  .flatMap((file) => /^(.*)(?<!\.times)\.jsonl$/.exec(file)?.[1] ?? [])
  .sort();

/** A recorded watch, event by event, bookmarks left out. */
export const recordedEvents = (name: string): readonly RecordedEvent[] => {
  const arrivals = linesOf(`${name}.times.jsonl`) as readonly { readonly at: string; readonly line?: number }[];
  const times = new Map(arrivals.map(({ at, line }) => [line, Date.parse(at)]));
  const events = linesOf(`${name}.jsonl`) as readonly { readonly type: string; readonly object: RecordedRelease }[];
  return events.flatMap(({ type, object }, index): readonly RecordedEvent[] => {
    if (type === 'BOOKMARK') return [];
    const { namespace, name: own } = object.metadata;
    const at = times.get(index + 1) ?? Number.NaN;
    return [
      { key: `${namespace}/${own}`, at, added: type === 'ADDED', object: type === 'DELETED' ? undefined : object },
    ];
  });
};
