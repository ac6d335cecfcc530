import type { ServerResponse } from 'node:http';
import type { PullRequest } from './describe-pull-request.ts';
import { isRefusal, type PullRequests } from './pull-requests.ts';

const escaped = (text: string) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

const layout = (title: string, body: string) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
pre{background:#f6f8fa;padding:1rem;overflow:auto;border-radius:6px;white-space:pre-wrap}
button{font:inherit;padding:.5rem 1rem;border:0;border-radius:6px;background:#1f883d;color:#fff;cursor:pointer}</style>
</head><body>${body}</body></html>
`;

const stateOf = ({ mergedAt, state }: PullRequest) => (mergedAt === null ? state : 'merged');

/** The page at a pull request's address: what it is, what it changes, and a button that merges it. */
const pullRequestPage = (pull: PullRequest, diff: string): string => {
  const button =
    pull.state === 'open'
      ? `<form method="post" action="${pull.number}/merge"><button>Merge pull request</button></form>`
      : '';
  return layout(
    `${pull.title} · Pull Request #${pull.number}`,
    `<p><a href="../pulls">All pull requests</a></p>
<h1>${escaped(pull.title)} <small>#${pull.number}</small></h1>
<p><strong>${stateOf(pull)}</strong>: <code>${escaped(pull.head)}</code> into <code>${escaped(pull.base)}</code></p>
<pre>${escaped(pull.body ?? '')}</pre><h2>Changes</h2><pre>${escaped(diff)}</pre>${button}`,
  );
};

/** The page that lists them, newest first. */
const pullRequestsPage = (pulls: readonly PullRequest[]): string =>
  layout(
    'Pull requests',
    `<h1>Pull requests</h1><ul>${[...pulls]
      .reverse()
      .map(
        (pull) =>
          `<li><a href="pull/${pull.number}">#${pull.number} ${escaped(pull.title)}</a> (${stateOf(pull)})</li>`,
      )
      .join('')}</ul>`,
  );

/** Answers a browser; `path` is what follows the repository's address. */
export const servePage = async (
  pulls: PullRequests,
  response: ServerResponse,
  method: string | undefined,
  path: string,
) => {
  const [, number, merge] = /^\/pull\/(\d+)(\/merge)?$/.exec(path) ?? [];
  const pull = number === undefined ? undefined : await pulls.find(Number(number));
  const page = (html: string) => response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html);
  if (pull === undefined) return page(pullRequestsPage(await pulls.all()));
  if (merge === undefined || method !== 'POST') return page(pullRequestPage(pull, await pulls.diff(pull)));
  const merged = await pulls.merge(pull.number);
  if (isRefusal(merged)) return response.writeHead(merged.status).end(`${merged.message}\n`);
  return response.writeHead(303, { location: `../${pull.number}` }).end();
};
