import type { IncomingMessage } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { ask, bodyPatience } from './ask.ts';
import { itemsOf } from './list-items.ts';
import { pathOf, queryOf } from './resource.ts';
import { servedVersion } from './served-version.ts';
import { attended } from './watchdog.ts';
import type { Listing, WatchState } from './watch-state.ts';
import type { Step, Surroundings } from './watch-sight.ts';

/** Objects a page: parsing 100 HelmReleases takes 16 ms, 1,000 of them 201 ms. */
const pageSize = '100';

/** Asks for one page of the list, or all of it. */
export async function* list<T>(
  state: Listing,
  surroundings: Surroundings<T>,
): AsyncGenerator<Step<T>, void, undefined> {
  const { resource, signal, scheduler, project, gate } = surroundings;
  // Asked outside of the gate, so that clusters that do not answer at all hold nobody up.
  const served = state.page.type === 'next' ? state.page.served : await servedVersion(resource, surroundings);
  const leave = await gate?.enter(signal);
  try {
    const path = `${pathOf(resource, served)}?${queryOf(resource, pageOf(state))}`;
    const response = await ask(surroundings, path, { 'accept-encoding': 'gzip' });
    if (state.page.type !== 'next') yield { state, sight: { type: 'init' } };
    for await (const part of itemsOf(unzipped(response, attended(response, bodyPatience, scheduler)))) {
      if (part.type === 'item') yield { state, sight: { type: 'init-apply', object: project(part.raw) } };
      else if (part.next === undefined) yield { state: listed(state, served, part.version) };
      else yield { state: { ...state, page: { type: 'next', served, token: part.next } } };
    }
  } finally {
    leave?.();
  }
}

/**
 * A server answers `'0'` from its cache, whole; only one without a cache looks at the limit. A list not older than a
 * version comes from the cache too, but only if no limit is asked for.
 */
const pageOf = ({ version, page }: Listing): Readonly<Record<string, string | undefined>> => {
  const resourceVersion = version === '' ? undefined : version;
  switch (page.type) {
    case 'next':
      return { limit: pageSize, continue: page.token };
    case 'whole':
      return { resourceVersion };
    case 'first':
      return { resourceVersion, limit: version === '' || version === '0' ? pageSize : undefined };
  }
};

const listed = ({ bookmarks }: Listing, served: string, version: string): WatchState => ({
  type: 'watching',
  served,
  version,
  broken: 0,
  bookmarks,
});

const unzipped = (response: IncomingMessage, chunks: AsyncIterable<Buffer>): AsyncIterable<Buffer> =>
  response.headers['content-encoding'] === 'gzip'
    ? pipeline(Readable.from(chunks), createGunzip(), () => undefined)
    : chunks;
