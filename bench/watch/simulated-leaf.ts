import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { createCertificate } from '../../src/sandbox/api-server/certificate.ts';
import { releaseText, type Release } from './release-text.ts';

/** A cluster full of releases, which can be listed, watched and upgraded. */
export interface Leaf {
  readonly server: Server;
  readonly certificate: string;
  readonly token: string;
  /** Upgrades one release and tells all watches. */
  readonly upgrade: (index: number) => void;
}

const group = '/apis/helm.toolkit.fluxcd.io';
const apiVersion = 'helm.toolkit.fluxcd.io/v2';
const bookmarkInterval = 60_000;

const now = (): number => performance.timeOrigin + performance.now();

/** A leaf with `objects` releases and a certificate authority of its own; it does not listen yet. */
export const createLeaf = async (name: string, objects: number): Promise<Leaf> => {
  const { cert, key } = await createCertificate();
  const token = `token-of-${name}`;
  let newest = objects;
  const releases = Array.from({ length: objects }, (_, index): Release => {
    return { index, revision: index % 30, resourceVersion: index + 1, sentAt: now() };
  });
  const watches = new Set<ServerResponse>();

  const list = (response: ServerResponse): void => {
    response.write(
      `{"apiVersion":"${apiVersion}","kind":"HelmReleaseList","metadata":{"resourceVersion":"${newest}"},"items":[`,
    );
    for (const release of releases) response.write(`${release.index > 0 ? ',' : ''}${releaseText(release)}`);
    response.end(']}');
  };
  const watch = (response: ServerResponse, parameters: URLSearchParams): void => {
    const first = parameters.get('sendInitialEvents') === 'true';
    const since = first ? 0 : Number(parameters.get('resourceVersion'));
    const missed = releases.filter(({ resourceVersion }) => resourceVersion > since);
    for (const release of missed) response.write(lineOf(first ? 'ADDED' : 'MODIFIED', releaseText(release)));
    if (first) response.write(bookmark(newest, { 'k8s.io/initial-events-end': 'true' }));
    response.flushHeaders();
    watches.add(response);
    const bookmarks = setInterval(() => response.write(bookmark(newest)), bookmarkInterval);
    const deadline = setTimeout(() => response.end(), Number(parameters.get('timeoutSeconds') ?? 1800) * 1000);
    response.on('close', () => {
      clearInterval(bookmarks);
      clearTimeout(deadline);
      watches.delete(response);
    });
  };
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'https://leaf');
    const document = documents[pathname];
    response.setHeader('content-type', 'application/json');
    if (request.headers.authorization !== `Bearer ${token}`) response.writeHead(401).end();
    else if (document !== undefined) response.end(JSON.stringify(document));
    else if (pathname !== `${group}/v2/helmreleases`) response.writeHead(404).end();
    else if (['true', '1'].includes(searchParams.get('watch') ?? '')) watch(response, searchParams);
    else list(response);
  };

  const upgrade = (index: number): void => {
    const before = releases[index];
    if (before === undefined) return;
    newest += 1;
    const after = { index, revision: before.revision + 1, resourceVersion: newest, sentAt: now() };
    releases[index] = after;
    const line = watches.size > 0 ? lineOf('MODIFIED', releaseText(after)) : '';
    for (const response of watches) response.write(line);
  };
  return { server: createServer({ cert, key, keepAliveTimeout: 90_000 }, answer), certificate: cert, token, upgrade };
};

const lineOf = (type: string, object: string): string => `{"type":"${type}","object":${object}}\n`;

const bookmark = (version: number, annotations?: object): string => {
  const metadata = { resourceVersion: String(version), annotations };
  return lineOf('BOOKMARK', JSON.stringify({ apiVersion, kind: 'HelmRelease', metadata }));
};

const served = { groupVersion: apiVersion, version: 'v2' };
const documents: Readonly<Record<string, object>> = {
  '/version': { major: '1', minor: '35', gitVersion: 'v1.35.0' },
  [group]: {
    kind: 'APIGroup',
    apiVersion: 'v1',
    name: 'helm.toolkit.fluxcd.io',
    versions: [served],
    preferredVersion: served,
  },
};
