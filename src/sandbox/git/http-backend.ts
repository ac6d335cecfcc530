import { spawn } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gitEnvironment } from './git.ts';

const header = (request: IncomingMessage, name: string) => {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
};

/** The environment of a CGI program (RFC 3875), as `git help http-backend` asks for it. */
const cgi = (dir: string, request: IncomingMessage, url: URL, path: string, user: string) => ({
  ...gitEnvironment(),
  GIT_PROJECT_ROOT: dir,
  GIT_HTTP_EXPORT_ALL: '1',
  GIT_PROTOCOL: header(request, 'git-protocol'),
  GATEWAY_INTERFACE: 'CGI/1.1',
  REQUEST_METHOD: request.method ?? 'GET',
  QUERY_STRING: url.search.slice(1),
  PATH_INFO: path,
  CONTENT_TYPE: header(request, 'content-type'),
  HTTP_CONTENT_ENCODING: header(request, 'content-encoding'),
  // A chunked body has no length: http-backend then reads to the end of its input.
  ...(request.headers['content-length'] === undefined ? {} : { CONTENT_LENGTH: request.headers['content-length'] }),
  REMOTE_USER: user,
  REMOTE_ADDR: request.socket.remoteAddress ?? '',
});

const sendHead = (response: ServerResponse, head: string) => {
  for (const line of head.split('\r\n')) {
    const [name = '', ...rest] = line.split(':');
    const value = rest.join(':').trim();
    if (name.toLowerCase() === 'status') response.statusCode = Number.parseInt(value, 10);
    else response.setHeader(name, value);
  }
};

/** Answers one request of a git client for the bare repository in `dir` by git's own CGI program; `path` is what follows the repository's name. */
export const httpBackend = (
  dir: string,
  {
    request,
    response,
    url,
    path,
    user,
  }: { request: IncomingMessage; response: ServerResponse; url: URL; path: string; user: string },
): void => {
  // Of a process group of its own, as in git.ts.
  const child = spawn('git', ['http-backend'], { env: cgi(dir, request, url, path, user), detached: true });
  let head = Buffer.alloc(0);
  const readHead = (chunk: Buffer) => {
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return;
    child.stdout.off('data', readHead).off('end', failed);
    sendHead(response, head.subarray(0, end).toString());
    response.write(head.subarray(end + 4));
    child.stdout.pipe(response);
  };
  const failed = () => response.writeHead(500).end('git http-backend did not answer\n');
  child.stdout.on('data', readHead).on('end', failed);
  child.on('error', () => response.writeHead(500).end('git http-backend could not be started\n'));
  child.stdin.on('error', () => undefined); // the program ended early: its answer says why
  response.on('close', () => child.kill());
  request.pipe(child.stdin);
};
