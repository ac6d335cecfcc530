import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Subject } from 'rxjs';
import type { HelmRelease } from '../../src/model/helm-release.ts';
import { projectHelmRelease } from '../../src/model/project-helm-release.ts';
import { reflect } from '../../src/stream/reflect.ts';
import type { WatchEvent } from '../../src/stream/watch-event.ts';
import { releaseText } from './release-text.ts';

const releases = 20_000;

/** Kilobytes of heap for each release that a watch's reader holds, read from text as it comes from a server. */
export const heapPerRelease = (): number => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const used = (): number => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const events = new Subject<WatchEvent<HelmRelease, never>>();
  const identity = {
    key: ({ key }: HelmRelease) => key,
    uid: ({ uid }: HelmRelease) => uid,
    same: () => false,
  };
  const reading = events.pipe(reflect<HelmRelease, never>(identity)).subscribe();
  events.next({ type: 'init' });
  releaseInto(events, 0);
  const before = used();
  for (let index = 1; index <= releases; index += 1) releaseInto(events, index);
  events.next({ type: 'init-done' });
  const after = used();
  reading.unsubscribe();
  return (after - before) / releases / 1000;
};

const releaseInto = (events: Subject<WatchEvent<HelmRelease, never>>, index: number): void => {
  const text = Buffer.from(releaseText({ index, revision: index % 30, resourceVersion: index, sentAt: 0 })).toString();
  events.next({ type: 'init-apply', object: projectHelmRelease(JSON.parse(text)) });
};
