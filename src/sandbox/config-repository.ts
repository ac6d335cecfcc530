import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bareRepository, type BareRepository } from './git/bare-repository.ts';
import { httpBackend } from './git/http-backend.ts';
import { listen } from './listen.ts';

export interface ConfigRepository extends BareRepository {
  /** Where git clients clone from and push to. */
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** User and password of a Basic Authorization header; two empty strings when there is none. */
export const basicCredentials = (request: IncomingMessage): { readonly user: string; readonly password: string } => {
  const [scheme = '', value = ''] = (request.headers.authorization ?? '').split(' ');
  const [user = '', ...password] =
    scheme.toLowerCase() === 'basic' ? Buffer.from(value, 'base64').toString().split(':') : [];
  return { user, password: password.join(':') };
};

/** A repository of its own with `files` as its first commit, served over HTTP on loopback until `close`, which also removes it (a `dir` of the caller's stays). */
export const startConfigRepository = async (options: {
  files: Readonly<Record<string, string>>;
  dir?: string;
  branch?: string;
  user?: string;
  password?: string;
}): Promise<ConfigRepository> => {
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'config-repository-')));
  const repository = await bareRepository(dir, { branch: options.branch ?? 'main', files: options.files });
  const allowed = (user: string, password: string) =>
    options.password === undefined || (password === options.password && (options.user ?? user) === user);
  const server = await listen((request, response) => {
    const { user, password } = basicCredentials(request);
    if (!allowed(user, password)) {
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="config repository"' }).end('Unauthorized\n');
      return;
    }
    const url = new URL(request.url ?? '/', 'http://localhost');
    const path = url.pathname.replace(/^\/config\.git/, '');
    httpBackend(dir, { request, response, url, path, user });
  });
  return {
    ...repository,
    url: `${server.url}/config.git`,
    close: async () => {
      await server.close();
      if (options.dir === undefined) await rm(dir, { recursive: true, force: true });
    },
  };
};
