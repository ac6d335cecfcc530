import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

/** What a page answers. */
interface Page {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** Answers GET and HEAD of the given paths, and nothing else; a page that throws is answered by 500 without its reason. */
const pages =
  (byPath: Readonly<Record<string, () => Page | Promise<Page>>>): RequestListener =>
  (request, response) => {
    const [path = ''] = (request.url ?? '').split('?');
    const page = Object.hasOwn(byPath, path) ? byPath[path] : undefined;
    const made = page === undefined ? notFound : isRead(request) ? Promise.resolve().then(page) : notAllowed;
    Promise.resolve(made)
      .catch(() => plain(500, 'internal error'))
      .then((found) => answer(response, found))
      .catch(() => response.destroy());
  };

const isRead = ({ method }: IncomingMessage): boolean => method === 'GET' || method === 'HEAD';

/** The page of a check: 200 while it names no problem, else 503 with the problem, which says what is waited for. */
const check =
  (problem: () => string | undefined): (() => Page) =>
  () => {
    const found = problem();
    return found === undefined ? plain(200, 'ok') : plain(503, found);
  };

/** /healthz and /readyz. */
export const probes = (problems: {
  readonly alive: () => string | undefined;
  readonly ready: () => string | undefined;
}): RequestListener => pages({ '/healthz': check(problems.alive), '/readyz': check(problems.ready) });

/** /metrics, as `render` makes it. */
export const metricsPage = (
  render: () => Promise<{ readonly contentType: string; readonly body: string }>,
): RequestListener => pages({ '/metrics': async () => ({ status: 200, ...(await render()) }) });

const plain = (status: number, text: string): Page => ({
  status,
  contentType: 'text/plain; charset=utf-8',
  body: `${text}\n`,
});

const notFound = plain(404, 'not found');
const notAllowed = plain(405, 'method not allowed; only GET and HEAD are');

const answer = (response: ServerResponse, { status, contentType, body }: Page): void => {
  response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(body) });
  response.end(body);
};
