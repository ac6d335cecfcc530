/** Who made a commit. */
export interface CommitAuthor {
  readonly name: string;
  readonly email: string;
}

export interface Commit {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: CommitAuthor;
  readonly committer: CommitAuthor;
  readonly message: string;
}

const whoIn = (value = ''): CommitAuthor => {
  const [, name = '', email = ''] = /^(.*?) ?<([^>]*)>/.exec(value) ?? [];
  return { name, email };
};

/** What a commit object's content says. */
export const readCommit = (content: Buffer): Commit => {
  const [head = '', ...paragraphs] = content.toString().split('\n\n');
  const lines = head.split('\n').map((line): [string, string] => {
    const space = line.indexOf(' ');
    return [line.slice(0, space), line.slice(space + 1)];
  });
  const header = (name: string) => lines.find(([key]) => key === name)?.[1];
  return {
    tree: header('tree') ?? '',
    parents: lines.filter(([key]) => key === 'parent').map(([, oid]) => oid),
    author: whoIn(header('author')),
    committer: whoIn(header('committer')),
    message: paragraphs.join('\n\n'),
  };
};

/** The content of a commit object; `at` is in seconds since the epoch. */
export const writeCommit = ({ tree, parents, author, committer, message }: Commit, at: number): Buffer => {
  const who = ({ name, email }: CommitAuthor) => `${name} <${email}> ${at} +0000`;
  const head = [
    `tree ${tree}`,
    ...parents.map((parent) => `parent ${parent}`),
    `author ${who(author)}`,
    `committer ${who(committer)}`,
  ];
  return Buffer.from(`${head.join('\n')}\n\n${message.trim()}\n`);
};
