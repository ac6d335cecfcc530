import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BareRepository } from '../git/bare-repository.ts';
import { httpBackend } from '../git/http-backend.ts';
import { listen } from '../listen.ts';
import { refused, type Answer } from './answer.ts';
import { installedApp, type SandboxApp } from './installed-app.ts';
import { answerGraphql } from './graphql.ts';
import { servePage } from './page.ts';
import { pullRequests, type PullRequests } from './pull-requests.ts';
import { bodyOf, restApi, send, tokenOf, type Rights } from './rest-api.ts';
import { routes } from './routes.ts';

export interface ForgeOptions {
  readonly repository: BareRepository;
  readonly owner: string;
  readonly name: string;
  /** The token of the API, and the password of git clients whatever their user. */
  readonly token: string;
  /** Tokens that may read, and no more. */
  readonly readers?: readonly string[];
  /** A GitHub App that is installed here; its tokens are as good as the other one. */
  readonly app?: SandboxApp;
  /** Who may be asked for a review. */
  readonly collaborators?: readonly string[];
  readonly port?: number;
  /** For tests: is asked before the forge; an answer of its own goes out instead, `drop` breaks the connection off. */
  readonly interfere?: (request: {
    readonly method: string;
    readonly path: string;
    /** From its `?` on. */
    readonly query: string;
  }) => Answer | 'drop' | undefined;
}

export interface Forge {
  /** The repository's address: a browser's, git's and, with `/api/v3` after its origin, the API's. */
  readonly url: string;
  readonly pulls: PullRequests;
  /** The API requests so far, as `<method> <path and query>`. */
  readonly requests: readonly string[];
  /** Answers that were not GitHub's, which were answered by 500; empty when all is well. */
  readonly mistakes: readonly string[];
  readonly close: () => Promise<void>;
}

type Handler = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void> | void;

/** GitHub in small, on loopback: one repository by git over HTTP, its pull requests by the REST API (at `/api/v3` as GitHub Enterprise has it, and at the root) and as a page with a Merge button. */
export const startForge = async (options: ForgeOptions): Promise<Forge> => {
  const { repository, owner, name, token, readers = [], collaborators = [] } = options;
  const app = options.app && installedApp(options.app);
  const rightsOf: Rights = (given) => {
    if (given === token || app?.isToken(given)) return 'write';
    return readers.includes(given) ? 'read' : undefined;
  };
  const pulls = pullRequests(repository, owner);
  const requests: string[] = [];
  const mistakes: string[] = [];
  const inRepository = new RegExp(`^/${owner}/${name}(?:\\.git)?(/.*)?$`, 'i');
  let handle: Handler = () => undefined;

  const serveGit = (request: IncomingMessage, response: ServerResponse, url: URL, path: string) => {
    if (rightsOf(tokenOf(request) ?? '') === 'write')
      httpBackend(repository.dir, { request, response, url, path, user: 'git' });
    else response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="forge"' }).end('Unauthorized\n');
  };

  const server = await listen((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    void Promise.resolve(handle(request, response, url)).catch((error: unknown) => {
      mistakes.push(error instanceof Error ? error.message : String(error));
      send(request, response, refused(500, mistakes.at(-1) ?? ''));
    });
  }, options.port);

  const hosted = { origin: server.url, owner, name, defaultBranch: repository.branch, collaborators };
  const answer = restApi(routes(hosted, repository, pulls), `${owner}/${name}`, rightsOf);
  const serve = async (request: IncomingMessage, url: URL): Promise<Answer> => {
    if (app?.isAsked(url)) return app.answer(request, url);
    if (!/^(\/api)?\/graphql$/.test(url.pathname)) return answer(request, url);
    if (rightsOf(tokenOf(request) ?? '') !== 'write') return refused(401, 'Bad credentials');
    return answerGraphql(hosted, pulls, (await bodyOf(request)) ?? {});
  };
  const serveApi: Handler = async (request, response, url) => {
    const method = request.method ?? 'GET';
    requests.push(`${method} ${url.pathname}${url.search}`);
    const other = options.interfere?.({ method, path: url.pathname, query: url.search });
    if (other === 'drop') request.destroy();
    else send(request, response, other ?? (await serve(request, url)));
  };

  handle = async (request, response, url) => {
    const [web, path = ''] = inRepository.exec(url.pathname) ?? [];
    if (/^\/(info\/refs|git-)/.test(path)) serveGit(request, response, url, path);
    else if (web !== undefined || url.pathname === '/') await servePage(pulls, response, request.method, path);
    else await serveApi(request, response, url);
  };
  return { url: `${server.url}/${owner}/${name}`, pulls, requests, mistakes, close: server.close };
};
