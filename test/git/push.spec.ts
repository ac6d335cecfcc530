import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { parsePktLines, pktLine } from '../../src/git/pkt-line.ts';
import { httpRemote } from '../../src/git/git-http.ts';
import { pushBranches } from '../../src/git/push.ts';
import { wholeOf } from '../../src/git/remote.ts';
import { repositoryUrl } from '../../src/git/repository-url.ts';
import { FailureError } from '../../src/model/failure.ts';

const answering = (body: Buffer) => ({
  url: 'https://forge.test/r',
  ask: () => Promise.resolve(Readable.from([body])),
});

const pushed = async (body: Buffer, capabilities = ['report-status']) => {
  const update = { branch: 'b', from: undefined, to: 'a'.repeat(40) };
  const failure = (await pushBranches(answering(body), capabilities, [update], Buffer.of())).get('b');
  return failure ? `${failure.remedy}: ${failure.message.replace(/^.*branch b: /, '')}` : 'pushed';
};

const report = (...lines: string[]) =>
  Buffer.concat([...lines.map((line) => pktLine(`${line}\n`)), Buffer.from('0000')]);

describe('git/push', () => {
  it('believes the report alone', async () => {
    assert.equal(await pushed(report('unpack ok', 'ok refs/heads/b')), 'pushed');
    assert.equal(
      await pushed(report('unpack ok', 'ng refs/heads/b failed to update ref')),
      'retry: failed to update ref',
    );
    assert.equal(
      await pushed(report('unpack ok', 'ng refs/heads/b protected branch hook declined')),
      'give-up: protected branch hook declined',
    );
    assert.equal(await pushed(report('unpack index-pack abnormal exit')), 'retry: unpack index-pack abnormal exit');
    assert.equal(await pushed(Buffer.of()), 'retry: no report');
  });

  it('reads the report and the words of hooks from their bands', async () => {
    const band = (number: number, content: Buffer) => pktLine(String.fromCharCode(number) + content.toString());
    const answer = Buffer.concat([
      band(2, Buffer.from('remote:\tno\n')),
      band(1, report('unpack ok', 'ng refs/heads/b pre-receive hook declined')),
    ]);
    assert.equal(
      await pushed(answer, ['report-status', 'side-band-64k']),
      'give-up: pre-receive hook declined: remote: no',
    );
  });

  // As the servers print them.
  for (const [who, verdict, words] of [
    [
      'GitHub: a protected branch',
      'protected branch hook declined',
      'error: GH006: Protected branch update failed for refs/heads/b.',
    ],
    [
      'GitHub: a rule',
      'push declined due to repository rule violations',
      'error: GH013: Repository rule violations found for refs/heads/b.',
    ],
    [
      'GitLab: a protected branch',
      'pre-receive hook declined',
      'GitLab: You are not allowed to push code to protected branches on this project.',
    ],
    [
      'GitLab: a quota',
      'pre-receive hook declined',
      'GitLab: Your push to this repository has been rejected because the namespace storage limit of 5 GiB has been reached.',
    ],
    [
      'Gitea: a protected branch',
      'pre-receive hook declined',
      'Gitea: branch b is protected from changing file a.yaml',
    ],
    [
      'Bitbucket: a permission',
      'pre-receive hook declined',
      'Branch refs/heads/b can only be modified through pull requests.',
    ],
    ['git: no space left', 'unpacker error', 'error: file write error: No space left on device'],
  ] as const)
    it(`hands on the server's own words: ${who}`, async () => {
      const answer = Buffer.concat([
        pktLine(`\x02${words}\n`),
        pktLine(
          `\x01${report(verdict === 'unpacker error' ? 'unpack unpack-objects abnormal exit' : 'unpack ok', `ng refs/heads/b ${verdict}`).toString()}`,
        ),
        Buffer.from('0000'),
      ]);
      const told = await pushed(answer, ['report-status', 'side-band-64k']);
      assert.equal(told, `${verdict === 'unpacker error' ? 'retry' : 'give-up'}: ${verdict}: ${words}`);
    });

  it('has a verdict for each branch of a push', async () => {
    const updates = ['a', 'b', 'c'].map((branch) => ({ branch, from: undefined, to: '1'.repeat(40) }));
    const answer = report('unpack ok', 'ok refs/heads/a', 'ng refs/heads/b failed to update ref');
    const refused = await pushBranches(answering(answer), ['report-status'], updates, Buffer.of());
    assert.deepEqual(
      [...refused].map(([branch, { message }]) => [branch, message.replace(/^.*: /, '')]),
      [
        ['b', 'failed to update ref'],
        ['c', 'nothing was said about it'],
      ],
    );
  });

  it('takes no page for people for the answer of a repository, and none that is too large', async () => {
    const page = new Response('<html>Sign in</html>', { headers: { 'content-type': 'text/html' } });
    const access = { url: 'https://forge.test/r', credentials: { username: 'u', password: 'p' } };
    await assert.rejects(
      httpRemote({ ...access, fetch: () => Promise.resolve(page) }).ask({ path: '/info/refs' }),
      (error) => error instanceof FailureError && error.failure.reason === 'RepositoryNotFound',
    );
    const large = Readable.from(Array.from({ length: 100 }, () => Buffer.alloc(1000)));
    await assert.rejects(wholeOf(large, 10_000), /larger than 10000 bytes/);
  });

  it('refuses what is not in the wire format', () => {
    for (const bytes of ['zzzz', '00ff too short', '12'])
      assert.throws(() => parsePktLines(Buffer.from(bytes)), /wire format/);
  });

  for (const [url, instead] of [
    ['git@github.com:org/repo.git', 'https://github.com/org/repo.git'],
    ['ssh://git@git.example.com:2222/org/repo', 'https://git.example.com/org/repo'],
    ['ssh://git.example.com/org/repo', 'https://git.example.com/org/repo'],
    ['https://user:word@git.example.com/org/repo', 'https://git.example.com/org/repo'],
  ] as const)
    it(`says to write ${instead} instead of ${url}`, () =>
      assert.throws(
        () => repositoryUrl(url),
        (error) =>
          error instanceof FailureError &&
          error.message.includes(`write ${instead} `.trimEnd()) &&
          !error.message.includes('word@'),
      ));

  it('takes https, and http, without the slash at the end', () => {
    assert.equal(repositoryUrl('https://github.com/org/repo/'), 'https://github.com/org/repo');
    assert.equal(repositoryUrl('http://127.0.0.1:8080/r.git'), 'http://127.0.0.1:8080/r.git');
    for (const url of ['', 'file:///etc', '/srv/repo', 'ftp://x/y'])
      assert.throws(() => repositoryUrl(url), FailureError);
  });
});
