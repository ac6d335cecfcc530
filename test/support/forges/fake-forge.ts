import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { basicCredentials } from '../../../src/sandbox/config-repository.ts';
import { httpBackend } from '../../../src/sandbox/git/http-backend.ts';
import { listen } from '../../../src/sandbox/listen.ts';
import { described } from './described.ts';

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is instead of a body. */
  readonly page?: string;
}

export interface Asked {
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
  /** What the route leaves open of the path, decoded. */
  readonly parts: readonly string[];
  readonly token: string;
}

export interface Route {
  /** As the forge's description calls it. */
  readonly operation: string;
  /** The whole path, not decoded. */
  readonly path: RegExp;
  readonly answer: (asked: Asked) => Answer | Promise<Answer>;
}

/** Asked before the forge is: an answer of its own goes out instead; `drop` breaks the connection off, `endless` is an answer without end. */
export type Interfere = (request: {
  readonly method: string;
  readonly path: string;
}) => Answer | 'drop' | 'endless' | undefined;

interface FakeOptions {
  /** The name of the forge's description. */
  readonly description: string;
  readonly tokens: readonly string[];
  /** Of these, the ones that belong to no user, and are taken without one alone. */
  readonly userless?: readonly string[];
  readonly routes: readonly Route[];
  /** The path below which the API is; elsewhere are pages for people. */
  readonly api: string;
  /** What one hears who shows no token, or a wrong one. */
  readonly unauthorized: Answer;
  readonly notFound: Answer;
  /** Go with each answer of the API. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The repository in `dir` is served to git clients below this path. */
  readonly git: { readonly dir: string; readonly path: string };
}

export interface FakeForge {
  readonly origin: string;
  /** `<method> <path and query>` of each request so far, with the body where there was one. */
  readonly requests: readonly string[];
  /** Requests and answers that the forge's description does not allow; empty when all is well. */
  readonly mistakes: readonly string[];
  interfere: Interfere | undefined;
  readonly close: () => Promise<void>;
}

const bearerOf = (request: IncomingMessage): string | undefined =>
  /^bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];

const send = (request: IncomingMessage, response: ServerResponse, { status, body, headers = {}, page }: Answer) => {
  const content = page ?? (body === undefined ? '' : JSON.stringify(body));
  const etag = `W/"${createHash('sha256').update(content).digest('hex').slice(0, 32)}"`;
  if (request.method === 'GET' && status === 200 && request.headers['if-none-match'] === etag)
    response.writeHead(304, { etag }).end();
  else response.writeHead(status, { 'content-type': 'application/json', etag, ...headers }).end(content);
};

const sendWithoutEnd = (response: ServerResponse) => {
  const write = () => {
    while (!response.destroyed && response.write('x'.repeat(65_536)));
  };
  response.writeHead(200).on('drain', write);
  write();
};

/** A forge in small on loopback, held to its published description in all that it is asked and all that it answers. */
export const startFakeForge = async ({
  description,
  tokens,
  userless = [],
  routes,
  api,
  unauthorized,
  notFound,
  headers = {},
  git,
}: FakeOptions): Promise<FakeForge> => {
  const { request: checkRequest, answer: checkAnswer } = described(description);
  const requests: string[] = [];
  const mistakes: string[] = [];

  /** The token that was shown; undefined for one that is nobody's. */
  const shown = (request: IncomingMessage): string | undefined => {
    const bearer = bearerOf(request);
    const token = bearer ?? basicCredentials(request).password;
    return tokens.includes(token) && (bearer !== undefined || !userless.includes(token)) ? token : undefined;
  };

  const answerTo = async (request: IncomingMessage, url: URL): Promise<Answer> => {
    const route = routes.find(
      ({ operation, path }) => operation.startsWith(`${request.method} `) && path.test(url.pathname),
    );
    const content = await text(request);
    requests.push(`${request.method} ${url.pathname}${url.search}${content === '' ? '' : ` ${content}`}`);
    const token = shown(request);
    if (token === undefined) return unauthorized;
    if (!route) return notFound;
    const body = content === '' ? undefined : (JSON.parse(content) as Record<string, unknown>);
    checkRequest(route.operation, url.searchParams, body);
    const parts = (route.path.exec(url.pathname) ?? []).slice(1).map(decodeURIComponent);
    const answer = await route.answer({ query: url.searchParams, body: body ?? {}, parts, token });
    checkAnswer(route.operation, answer.status, answer.body);
    return answer;
  };

  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (url.pathname.startsWith(git.path)) {
      const path = url.pathname.slice(git.path.length);
      if (shown(request) !== undefined) httpBackend(git.dir, { request, response, url, path, user: 'git' });
      else response.writeHead(401, { 'www-authenticate': 'Basic realm="forge"' }).end('Unauthorized\n');
      return;
    }
    const other = forge.interfere?.({ method: request.method ?? '', path: url.pathname });
    if (other === 'drop') request.destroy();
    else if (other === 'endless') sendWithoutEnd(response);
    else if (!other && !url.pathname.startsWith(api)) response.writeHead(404).end('<html>Not found</html>');
    else if (other) send(request, response, other);
    else {
      const answer = await answerTo(request, url);
      send(request, response, { ...answer, headers: { ...headers, ...answer.headers } });
    }
  };

  const server = await listen((request, response) => {
    void serve(request, response).catch((error: unknown) => {
      mistakes.push(error instanceof Error ? error.message : String(error));
      send(request, response, { status: 500, body: { message: mistakes.at(-1) } });
    });
  });
  const forge: FakeForge = { origin: server.url, requests, mistakes, interfere: undefined, close: server.close };
  return forge;
};
