import { mkdir } from 'node:fs/promises';
import { git } from './git.ts';

interface LogEntry {
  readonly oid: string;
  readonly parents: readonly string[];
  readonly author: string;
  readonly subject: string;
}

/** A bare repository on disk; `null` as a file's content deletes it. */
export interface BareRepository {
  readonly dir: string;
  readonly branch: string;
  readonly commit: (
    files: Readonly<Record<string, string | null>>,
    message: string,
    branch?: string,
  ) => Promise<string>;
  readonly read: (ref: string, path: string) => Promise<string>;
  readonly files: (ref: string, folder?: string) => Promise<readonly string[]>;
  /** Every branch with the object id of its tip. */
  readonly branches: () => Promise<Readonly<Record<string, string>>>;
  /** The commits that `range` reaches (`main`, `main..other`), newest first. */
  readonly log: (range: string) => Promise<readonly LogEntry[]>;
  readonly git: (args: readonly string[], input?: string) => Promise<string>;
}

const lines = (text: string) => text.split('\n').filter((line) => line !== '');

const data = (content: string) => `data ${Buffer.byteLength(content)}\n${content}\n`;

/** One commit in the language of `git fast-import`: no checkout, no index, one process. */
const fastImport = (
  branch: string,
  parent: string | undefined,
  message: string,
  files: Readonly<Record<string, string | null>>,
) =>
  [
    `commit refs/heads/${branch}\ncommitter Sandbox <sandbox@example.com> now\n${data(message)}`,
    parent === undefined ? '' : `from ${parent}\n`,
    ...Object.entries(files).map(([path, content]) =>
      content === null ? `D ${path}\n` : `M 100644 inline ${path}\n${data(content)}`,
    ),
    '\n',
  ].join('');

/** Opens what is to become, or is, the bare repository in `dir`; creates it with `files` as its first commit when it is empty. */
export const bareRepository = async (
  dir: string,
  { branch = 'main', files = {} }: { branch?: string; files?: Readonly<Record<string, string>> } = {},
): Promise<BareRepository> => {
  await mkdir(dir, { recursive: true });
  const run = (args: readonly string[], input?: string) => git(dir, args, input);
  const repository: BareRepository = {
    dir,
    branch,
    git: run,
    commit: async (changes, message, onto = branch) => {
      const tip = (await repository.branches())[onto];
      await run(['fast-import', '--quiet', '--date-format=now'], fastImport(onto, tip, message, changes));
      return (await run(['rev-parse', `refs/heads/${onto}`])).trim();
    },
    read: (ref, path) => run(['show', `${ref}:${path}`]),
    files: async (ref, folder = '.') => lines(await run(['ls-tree', '-r', '--name-only', ref, folder])),
    branches: async () => {
      const refs = lines(await run(['for-each-ref', '--format=%(refname:lstrip=2) %(objectname)', 'refs/heads']));
      return Object.fromEntries(refs.map((line) => line.split(' ') as [string, string]));
    },
    log: async (range) =>
      lines(await run(['log', '--format=%H%x09%P%x09%an%x09%s', range, '--'])).map((line) => {
        const [oid = '', parents = '', author = '', subject = ''] = line.split('\t');
        return { oid, parents: parents.split(' ').filter((parent) => parent !== ''), author, subject };
      }),
  };
  // No automatic gc: it would go on as a process of its own after everything has been stopped. What is thrown away is not
  // waited for until it is on the disk.
  await run(['init', '--quiet', '--bare', '-b', branch, '.']);
  for (const [key, value] of [
    ['http.receivepack', 'true'],
    ['gc.auto', '0'],
    ['receive.autogc', 'false'],
    ['core.fsync', 'none'],
  ] as const)
    await run(['config', key, value]);
  if (Object.keys(files).length > 0 && (await repository.branches())[branch] === undefined)
    await repository.commit(files, 'chore: the first state of every cluster');
  return repository;
};
