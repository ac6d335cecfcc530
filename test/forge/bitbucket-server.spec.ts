import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createForge } from '../../src/forge/create-forge.ts';
import type { Forge } from '../../src/forge/forge.ts';
import { apiLimits, repositoryFetch } from '../../src/forge/repository-fetch.ts';
import { bareRepository, type BareRepository } from '../../src/sandbox/git/bare-repository.ts';
import { startFakeBitbucketServer, type FakeBitbucketServer } from '../support/forges/fake-bitbucket-server.ts';
import { failed } from '../support/failed.ts';
import { describeRefusals } from '../support/forges/refusals.ts';

const now = () => 0;
const branch = 'promotions/apps/podinfo/prod/6.1.1+build.7';
const proposal = { branch, base: 'main', title: 'Promote', body: 'evidence' };
const limits = { ...apiLimits, size: 1_000_000 };

describe('forge/bitbucket-server', () => {
  let dir: string;
  let repository: BareRepository;
  let fake: FakeBitbucketServer;
  let forge: Forge;

  const open = async (name = branch) => {
    await repository.git(['branch', name, 'main']);
    await repository.commit({ 'b.yaml': name }, 'a change', name);
    return (await forge.open({ ...proposal, branch: name })).pullRequest;
  };
  const there = async (number: number) => {
    const pull = await fake.pulls.find(number);
    assert.ok(pull);
    return pull;
  };
  const asked = (pattern: RegExp) => fake.requests.filter((request) => pattern.test(request));
  const errors = (status: number, message: string, exceptionName: string) => ({
    status,
    body: { errors: [{ context: null, message, exceptionName: `com.atlassian.bitbucket.${exceptionName}` }] },
  });

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'leafwatch-bitbucket-'));
    repository = await bareRepository(dir, { files: { 'a.yaml': 'a: 1\n' } });
    fake = await startFakeBitbucketServer(repository);
    const fetch = repositoryFetch({ now, limits });
    forge = createForge({ type: 'bitbucket-server', url: fake.url }, { token: 'token', now, fetch });
  });
  afterEach(async () => {
    await fake.close();
    await rm(dir, { recursive: true, force: true });
    assert.deepEqual(fake.mistakes, []);
  });

  describe('the address', () => {
    const firstRequest = async (url: string) => {
      let request = '';
      const fetch = (address: string) => {
        request = address;
        return Promise.resolve(new Response('{"values":[],"isLastPage":true}'));
      };
      await createForge({ type: 'bitbucket-server', url }, { token: 'token', now, fetch }).find('b', 'main');
      return request.replace(/\/pull-requests.*/, '');
    };

    it("is the one for cloning, also below a path, also of a person's own repository", async () => {
      const projects = 'https://git.test/rest/api/1.0/projects';
      assert.equal(await firstRequest('https://git.test/scm/CONF/config.git'), `${projects}/CONF/repos/config`);
      for (const key of ['~ann', '%7Eann'])
        assert.equal(await firstRequest(`https://git.test/scm/${key}/config`), `${projects}/~ann/repos/config`);
      assert.equal(
        await firstRequest('https://git.test/a/b/scm/CONF/config.git'),
        'https://git.test/a/b/rest/api/1.0/projects/CONF/repos/config',
      );
    });

    it('of a page is refused with the one to write', async () => {
      const { reason, message } = await failed(firstRequest('https://git.test/bb/projects/CONF/repos/config/browse'));
      assert.equal(reason, 'InvalidRepositoryUrl');
      assert.match(message, /is that of a page: write https:\/\/git\.test\/bb\/scm\/CONF\/config\.git$/);
      const personal = await failed(firstRequest('https://git.test/users/ann/repos/config'));
      assert.match(personal.message, /write https:\/\/git\.test\/scm\/~ann\/config\.git$/);
      for (const url of ['https://git.test/CONF/config.git', 'ssh://git@git.test:7999/conf/config.git', 'nonsense'])
        assert.match((await failed(firstRequest(url))).message, /write https:\/\/<host>\/scm\/<KEY>/);
    });
  });

  describe('pull requests', () => {
    it('are searched over all pages, past those of forks and other bases', async () => {
      const { number } = await open();
      fake.pulls.repeat(await there(number), 60, { base: 'release', state: 'closed' });
      fake.pulls.repeat(await there(number), 60, { branch: `${branch}8`, state: 'closed' });
      fake.pulls.repeat(await there(number), 60, { base: 'release', state: 'merged' });
      assert.equal((await forge.find(branch, 'main'))?.number, number);
      assert.equal(asked(/OUTGOING.*start=100/).length, 1);
    });

    it('are declined with the reason in one request', async () => {
      const { number } = await open();
      await forge.close(number, 'Superseded.');
      assert.deepEqual(asked(/decline/), [
        `POST /bitbucket/rest/api/1.0/projects/CONF/repos/config/pull-requests/${number}/decline?version=0 {"comment":"Superseded.","version":0}`,
      ]);
      assert.deepEqual((await there(number)).comments, ['Superseded.']);
    });

    it('are written to as they are now, when somebody was faster', async () => {
      const { number } = await open();
      const pull = await there(number);
      let others = 0;
      fake.interfere = ({ method }) => {
        if (method === 'PUT' && (others += 1) <= 2) fake.pulls.change(pull, { title: `edited ${others}` });
        return undefined;
      };
      await forge.edit(number, { title: 'ours', body: 'text' });
      assert.deepEqual([pull.title, asked(/^PUT/).length], ['ours', 3]);
    });

    it('keep their reviewers when their text is edited', async () => {
      const { number } = await open();
      await forge.requestReviews?.(number, ['ann']);
      await forge.edit(number, { title: 'Another', body: 'text' });
      assert.deepEqual((await there(number)).reviewers, ['ann']);
    });

    it('hold as much of a text as Bitbucket takes', async () => {
      const { number } = await open();
      await forge.edit(number, { title: 't', body: 'x'.repeat(40_000) });
      assert.equal((await there(number)).body.length, 32_768);
    });

    it('that are old are followed too, by one more request', async () => {
      const { number } = await open();
      const { mark } = await forge.changes();
      fake.pulls.repeat(await there(number), 110, { isFork: true });
      const still = await forge.changes(mark);
      assert.equal(still.pullRequests.find((pull) => pull.number === number)?.state, 'open');
      fake.pulls.change(await there(number), { state: 'merged' });
      const after = await forge.changes(still.mark);
      assert.equal(after.pullRequests.find((pull) => pull.number === number)?.state, 'merged');
      assert.equal(asked(/pull-requests\/1$/).length, 1);
      assert.deepEqual(after.mark, { updated: '' });
    });
  });

  it('looks for the branches of promotions alone, whoever else has pull requests open', async () => {
    const { number } = await open();
    const head = (await repository.branches())['main'] ?? '';
    const features = Array.from({ length: 250 }, (_, other) => `feature/${other}`);
    await repository.git(['push', '.', ...features.map((name) => `main:refs/heads/${name}`)]);
    for (const name of features.slice(0, 50))
      fake.pulls.receive({ branch: name, base: 'main', head, isFork: false }, 1);
    const before = fake.requests.length;
    const { pullRequests, mark } = await forge.changes();
    assert.deepEqual(
      pullRequests.map((pull) => [pull.number, pull.state]),
      [[number, 'open']],
    );
    assert.deepEqual(mark, { updated: String(number) });
    assert.equal(fake.requests.length - before, 2, 'the newest page, and the branches');
    await repository.git(['branch', '-D', branch]);
    assert.equal((await forge.changes(mark)).pullRequests[0]?.state, 'closed');
    assert.equal(fake.requests.length - before, 4);
  });

  describe('wishes', () => {
    it('have no labels', () => {
      assert.equal(forge.addLabels, undefined);
    });

    it('leave the reviewers that people asked, and name one who is none', async () => {
      const { number } = await open();
      await forge.requestReviews?.(number, ['ann']);
      await forge.requestReviews?.(number, ['bob']);
      assert.deepEqual((await there(number)).reviewers, ['ann', 'bob']);
      const { reason, message } = await failed(forge.requestReviews!(number, ['zoe']));
      assert.equal(reason, 'WishRefused');
      assert.match(message, /zoe is not a user\.\): correct reviewers/);
      assert.match((await failed(forge.requestReviews!(number, ['org/team']))).message, /org\/team is a group/);
    });

    it('tell where to allow auto-merge, and merge no branch that has moved on', async () => {
      const pullRequest = await open();
      fake.pulls.required.add('leafwatch/prod');
      fake.settings.autoMerge = false;
      const { reason, message } = await failed(forge.autoMerge!(pullRequest, 'merge'));
      assert.equal(reason, 'WishRefused');
      assert.match(message, /Auto-merge is not enabled.*allow auto-merge in the repository's settings/);
      await repository.commit({ 'c.yaml': 'c' }, 'by hand', branch);
      const moved = await failed(forge.autoMerge!(pullRequest, 'merge'));
      assert.deepEqual([moved.remedy, moved.reason], ['retry', 'Conflict']);
    });
  });

  it('names a repository that is archived', async () => {
    fake.settings.archived = true;
    const { remedy, reason } = await failed(forge.validate('main'));
    assert.deepEqual([remedy, reason], ['wait', 'RepositoryLocked']);
  });

  describe('a refusal', () =>
    describeRefusals(() => ({ fake, forge }), {
      'a token that is not one': [
        errors(
          401,
          'Authentication failed. Please check your credentials.',
          'auth.IncorrectPasswordAuthenticationException',
        ),
        'give-up Unauthorized',
        /401 \(Authentication failed.*: put a valid token/,
      ],
      'a token without the right': [
        errors(401, 'You are not permitted to access this resource', 'AuthorisationException'),
        'give-up Forbidden',
        /not permitted to access this resource\): give the token the right/,
      ],
      'an account that must log in by hand': [
        errors(
          403,
          'CAPTCHA required. Your Bitbucket account has been marked.',
          'auth.CaptchaRequiredAuthenticationException',
        ),
        'give-up Forbidden',
        /CAPTCHA required/,
      ],
      'a repository that is not there': [
        errors(404, 'Repository CONF/config does not exist.', 'repository.NoSuchRepositoryException'),
        'give-up RepositoryNotFound',
        /404 \(Repository CONF\/config does not exist\.\)/,
      ],
      'a conflict': [errors(409, 'busy', 'X'), 'retry Conflict', /busy/],
      'what it cannot use': [
        errors(400, 'title: too long', 'X'),
        'give-up PullRequestRefused',
        /400 \(title: too long\)/,
      ],
    }));
});
