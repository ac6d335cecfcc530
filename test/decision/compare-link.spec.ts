import assert from 'node:assert/strict';
import { compareLink } from '../../src/decision/compare-link.ts';
import type { PullRequestStrategy } from '../../src/model/pipeline-spec.ts';

const strategy = (type: PullRequestStrategy['type'], url: string, baseBranch = 'main'): PullRequestStrategy => ({
  type,
  url,
  baseBranch,
  secretRef: { name: 'creds' },
});

const branch = 'promotions/a/b/prod/1.0.0+b=r1';
const inPath = 'promotions/a/b/prod/1.0.0%2Bb%3Dr1';

const links: readonly (readonly [PullRequestStrategy, string | undefined])[] = [
  [strategy('github', 'https://github.com/org/repo'), `https://github.com/org/repo/compare/main...${inPath}`],
  [strategy('github', 'https://ghe.example/o/r.git/'), `https://ghe.example/o/r/compare/main...${inPath}`],
  [strategy('gitea', 'http://gitea.example:3000/o/r.git'), `http://gitea.example:3000/o/r/compare/main...${inPath}`],
  [strategy('forgejo', 'https://f.example/sub/o/r'), `https://f.example/sub/o/r/compare/main...${inPath}`],
  [
    strategy('gitlab', 'https://gitlab.example/g/sub/r.git'),
    `https://gitlab.example/g/sub/r/-/compare/main...${inPath}`,
  ],
  [
    strategy('bitbucket-server', 'https://bb.example/ctx/scm/KEY/repo.git', 'release/1'),
    `https://bb.example/ctx/projects/KEY/repos/repo/compare/diff?targetBranch=release%2F1&sourceBranch=promotions%2Fa%2Fb%2Fprod%2F1.0.0%2Bb%3Dr1`,
  ],
  [
    strategy('bitbucket-server', 'https://bb.example/scm/~alice/repo'),
    `https://bb.example/users/alice/repos/repo/compare/diff?targetBranch=main&sourceBranch=promotions%2Fa%2Fb%2Fprod%2F1.0.0%2Bb%3Dr1`,
  ],
  [
    strategy('github', 'https://user:secret@github.com/o/r?x=1#y', 'a b)c'),
    `https://github.com/o/r/compare/a%20b%29c...${inPath}`,
  ],
  [strategy('github', 'git@github.com:org/repo'), undefined],
  [strategy('github', 'ssh://git@github.com/org/repo'), undefined],
];

describe('compareLink', () => {
  for (const [config, expected] of links)
    it(`leads from ${config.url} of ${config.type} to ${expected ?? 'nothing'}`, () =>
      assert.equal(compareLink(config, branch), expected));
});
