import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { componentPath } from './component-path.ts';
import { freePort } from './free-port.ts';
import { requestJson, type JsonAnswer } from './request-json.ts';
import { startProcess } from './start-process.ts';

export type GiteaRepository = {
  readonly owner: string;
  readonly name: string;
  /** What a Pipeline's pull-request strategy names and git clones: `http://127.0.0.1:<port>/<owner>/<name>.git`. */
  readonly url: string;
  /** The bare repository on disk. */
  readonly dir: string;
};

export type Gitea = {
  readonly url: string;
  /** An administrator. */
  readonly user: string;
  /** For git over HTTP. */
  readonly password: string;
  /** For the API, all scopes. */
  readonly token: string;
  readonly pid: number;
  /** A repository of the user whose `main` holds these files in one commit. */
  readonly createRepository: (name: string, files: Readonly<Record<string, string>>) => Promise<GiteaRepository>;
  /** One request to the API, `path` behind `/api/v1`, whatever the answer's status; in the administrator's name or that of `token`. */
  readonly api: (method: string, path: string, body?: unknown, token?: string) => Promise<JsonAnswer>;
  readonly close: () => Promise<void>;
};

const user = 'leafwatch';
const password = 'leafwatch-password';

const configuration = (directory: string, url: string, port: number): string => `
APP_NAME = Leafwatch tests
RUN_MODE = prod
WORK_PATH = ${directory}
[server]
STATIC_ROOT_PATH = ${componentPath('GITEA_STATIC')}
HTTP_ADDR = 127.0.0.1
HTTP_PORT = ${port}
ROOT_URL = ${url}/
DISABLE_SSH = true
OFFLINE_MODE = true
[database]
DB_TYPE = sqlite3
PATH = ${join(directory, 'gitea.db')}
SQLITE_JOURNAL_MODE = WAL
[repository]
ROOT = ${join(directory, 'repositories')}
DEFAULT_BRANCH = main
[git]
HOME_PATH = ${join(directory, 'home')}
[security]
INSTALL_LOCK = true
SECRET_KEY = only-for-tests
[oauth2]
ENABLED = false
[indexer]
ISSUE_INDEXER_TYPE = db
[session]
PROVIDER = memory
[api]
MAX_RESPONSE_ITEMS = 10
[webhook]
ALLOWED_HOST_LIST = loopback
[log]
MODE = console
LEVEL = Warn
`;

/** Runs one of Gitea's commands on its configuration and gives what it printed. */
const command = async (
  config: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string> => {
  const { stdout } = await promisify(execFile)(componentPath('GITEA'), ['--config', config, ...args], {
    env: { ...process.env, ...env },
  });
  return stdout.trim();
};

const createAdministrator = async (config: string, env: Readonly<Record<string, string>>): Promise<string> => {
  await command(config, ['migrate'], env);
  const account = ['--username', user, '--password', password, '--email', `${user}@test.invalid`, '--admin'];
  await command(config, ['admin', 'user', 'create', ...account, '--must-change-password=false'], env);
  const token = ['--username', user, '--scopes', 'all', '--raw'];
  const printed = await command(config, ['admin', 'user', 'generate-access-token', ...token], env);
  // Log lines may stand before the token.
  const found = /^[0-9a-f]{40}$/m.exec(printed)?.[0];
  if (!found) throw new Error('Gitea printed no access token');
  return found;
};

const connect = (url: string, administrator: string, repositories: string): Pick<Gitea, 'api' | 'createRepository'> => {
  const api: Gitea['api'] = (method, path, body, token = administrator) =>
    requestJson(`${url}/api/v1${path}`, { method, body, headers: { authorization: `token ${token}` } });
  const expect = async (method: string, path: string, body: unknown) => {
    const answer = await api(method, path, body);
    if (answer.status >= 300)
      throw new Error(`${method} ${path} answers ${answer.status}: ${JSON.stringify(answer.body)}`);
  };
  const createRepository: Gitea['createRepository'] = async (name, files) => {
    await expect('POST', '/user/repos', { name, default_branch: 'main' });
    await expect('POST', `/repos/${user}/${name}/contents`, {
      branch: 'main',
      message: 'feat: the first state',
      files: Object.entries(files).map(([path, content]) => ({
        operation: 'create',
        path,
        content: Buffer.from(content).toString('base64'),
      })),
    });
    return { owner: user, name, url: `${url}/${user}/${name}.git`, dir: join(repositories, user, `${name}.git`) };
  };
  return { api, createRepository };
};

/** Starts a Gitea with an empty database of its own and one administrator. */
export const startGitea = async (): Promise<Gitea> => {
  const directory = await mkdtemp(join(tmpdir(), 'leafwatch-gitea-'));
  const remove = () => rm(directory, { recursive: true, force: true, maxRetries: 3 });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const config = join(directory, 'app.ini');
  const env = { GITEA_WORK_DIR: directory, GITEA_I_AM_BEING_UNSAFE_RUNNING_AS_ROOT: 'true' };
  try {
    await writeFile(config, configuration(directory, url, port), { mode: 0o600 });
    const token = await createAdministrator(config, env);
    const ready = async () => {
      const { status } = await requestJson(`${url}/api/healthz`);
      if (status !== 200) throw new Error(`Gitea's /api/healthz answers ${status}`);
    };
    const args = ['--config', config, 'web'];
    const { pid, stop } = await startProcess({
      name: 'gitea',
      command: componentPath('GITEA'),
      args,
      env,
      directory,
      ready,
    });
    const close = async () => {
      await stop();
      await remove();
    };
    return { url, user, password, token, pid, ...connect(url, token, join(directory, 'repositories')), close };
  } catch (error) {
    await remove();
    throw error;
  }
};
