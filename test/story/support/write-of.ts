import type { Passage } from './start-tollgate.ts';

interface StatusPatch {
  readonly status?: {
    readonly environments?: { readonly prod?: { readonly promotion?: { readonly state: string } } };
  };
}

/** What a write of the controller is, in one or two words: `status <state of the promotion into prod>`, `event`, `lease`, `push`, `open`. */
export const writeOf = ({ method, path, body }: Passage): string => {
  if (path.endsWith('/status'))
    return `status ${(JSON.parse(body) as StatusPatch).status?.environments?.prod?.promotion?.state ?? ''}`.trim();
  if (path.includes('/events')) return 'event';
  if (path.includes('/leases')) return 'lease';
  if (path.endsWith('/git-receive-pack')) return 'push';
  if (path.endsWith('/pulls')) return 'open';
  return `${method} ${path}`;
};
