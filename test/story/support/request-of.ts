import type { Passage } from './start-tollgate.ts';

interface StatusPatch {
  readonly status?: {
    readonly environments?: {
      readonly prod?: { readonly promotion?: { readonly state: string; readonly revision: string } };
    };
  };
}

const promotionIn = (body: string) => (JSON.parse(body) as StatusPatch).status?.environments?.prod?.promotion;

const names: readonly [request: RegExp, name: string][] = [
  [/^POST .*\/events$/, 'event'],
  [/^PATCH .*\/events\//, 'event again'],
  [/^GET .*\/leases\//, 'read lease'],
  [/^\w+ .*\/leases/, 'lease'],
  [/^GET .*\/info\/refs$/, 'refs'],
  [/^POST .*\/git-upload-pack$/, 'fetch'],
  [/^POST .*\/git-receive-pack$/, 'push'],
  [/^GET .*\/pulls$/, 'find'],
  [/^POST .*\/pulls$/, 'open'],
  [/^GET .*\/pulls\/\d+$/, 'look'],
  [/^POST .*\/graphql$/, 'look'],
  [/^PATCH .*\/pulls\/\d+$/, 'close'],
  [/^GET .*\/comments$/, 'comments'],
  [/^POST .*\/comments$/, 'comment'],
  [/^DELETE .*\/git\/refs\//, 'delete branch'],
  [/^POST .*\/statuses\/\w+$/, 'commit status'],
];

/** A push whose first command makes a branch nothing: the length, what it is, what it is to be. */
const deletion = /^[0-9a-f]{44} 0{40} /;

/** What a request of the controller is, in a few words: `status <state of the promotion into prod>`, `lease`, `push`, `open`; else its method, or `watch`, and path. */
export const requestOf = ({ method, path, query, body }: Passage): string => {
  if (path.endsWith('/status')) return `status ${promotionIn(body)?.state ?? ''}`.trim();
  if (path.includes('/leases') && body.includes('"holderIdentity":""')) return 'release lease';
  if (path.endsWith('/git-receive-pack') && deletion.test(body)) return 'delete branch';
  const name = names.find(([request]) => request.test(`${method} ${path}`))?.[1];
  return name ?? `${query.has('watch') ? 'watch' : method} ${path}`;
};

/** The revision, or the pull request's number, that a request is about; empty when it is about neither. */
export const subjectOf = ({ path, query, body }: Passage): string => {
  if (path.endsWith('/status')) return promotionIn(body)?.revision ?? '';
  const named = `${path} ${query.toString()} ${body}`.replaceAll('%2F', '/');
  return /\/(?:prod|pulls|issues)\/([\d.]*\d)/.exec(named)?.[1] ?? '';
};

/** Whether a request changes something; git also asks by POST, and whether pull requests conflict is asked by GraphQL. */
export const isWrite = ({ method, path }: Passage): boolean =>
  method !== 'GET' && !/\/(git-upload-pack|graphql)$/.test(path);
