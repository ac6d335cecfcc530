import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { basicCredentials } from '../config-repository.ts';
import { notFound, refused, type Answer } from './answer.ts';
import { answerCheck } from './check-answer.ts';
import type { Route } from './routes.ts';

/** The token of a request, as API clients send it and as git does. */
export const tokenOf = (request: IncomingMessage): string | undefined =>
  /^(?:token|bearer) (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ??
  (basicCredentials(request).password || undefined);

/** Sends an answer, or `304` to one who has it already. */
export const send = (
  request: IncomingMessage,
  response: ServerResponse,
  { status, body, headers = {} }: Answer,
): void => {
  const content = body === undefined ? '' : JSON.stringify(body);
  const etag = `W/"${createHash('sha256').update(content).digest('hex')}"`;
  if (request.method === 'GET' && request.headers['if-none-match'] === etag) response.writeHead(304, { etag }).end();
  else response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', etag, ...headers }).end(content);
};

export const bodyOf = async (request: IncomingMessage): Promise<Record<string, unknown> | undefined> => {
  const content = await text(request);
  try {
    const value: unknown = content === '' ? {} : JSON.parse(content);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
};

/** What a token may do; undefined for one that is nobody's. */
export type Rights = (token: string) => 'write' | 'read' | undefined;

/** Answers API requests about one repository (`<owner>/<name>`) by `routes`; throws when the answer is not one that GitHub's API description allows. */
export const restApi = (routes: readonly Route[], repository: string, rightsOf: Rights) => {
  const check = answerCheck();
  return async (request: IncomingMessage, url: URL): Promise<Answer> => {
    const given = tokenOf(request);
    if (given === undefined) return refused(401, 'Requires authentication');
    const rights = rightsOf(given);
    if (rights === undefined) return refused(401, 'Bad credentials');
    const writes = rights === 'write';
    const asked = decodeURIComponent(url.pathname.replace(/^(\/api\/v3)?\/repos\//, ''));
    if (!`${asked}/`.toLowerCase().startsWith(`${repository}/`.toLowerCase())) return notFound;
    const path = asked.slice(repository.length);
    const route = routes.find((one) => one.method === request.method && one.path.test(path));
    if (route === undefined) return notFound;
    if (!writes && request.method !== 'GET') return refused(403, 'Resource not accessible by personal access token');
    const body = await bodyOf(request);
    if (body === undefined) return refused(400, 'Problems parsing JSON');
    const answer = await route.answer({
      query: url.searchParams,
      body,
      part: route.path.exec(path)?.[1] ?? '',
      writes,
    });
    check(route.operation, answer);
    return answer;
  };
};
