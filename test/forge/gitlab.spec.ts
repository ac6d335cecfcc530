import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createForge } from '../../src/forge/create-forge.ts';
import type { Forge } from '../../src/forge/forge.ts';
import { gitlabProject } from '../../src/forge/gitlab-address.ts';
import { apiLimits, repositoryFetch } from '../../src/forge/repository-fetch.ts';
import { bareRepository, type BareRepository } from '../../src/sandbox/git/bare-repository.ts';
import { startFakeGitlab, type FakeGitlab } from '../support/forges/fake-gitlab.ts';
import { failed } from '../support/failed.ts';
import { describeRefusals } from '../support/forges/refusals.ts';

const now = () => 0;
const branch = 'promotions/apps/podinfo/prod/6.1.1+build.7';
const proposal = { branch, base: 'main', title: 'Promote', body: 'evidence' };
const limits = { ...apiLimits, size: 1_000_000 };

describe('forge/gitlab', () => {
  let dir: string;
  let repository: BareRepository;
  let fake: FakeGitlab;
  let forge: Forge;

  const at = (url: string, token = 'token') =>
    createForge({ type: 'gitlab', url }, { token, now, fetch: repositoryFetch({ now, limits }) });
  const open = async (name = branch) => {
    await repository.git(['branch', name, 'main']);
    await repository.commit({ 'b.yaml': name }, 'a change', name);
    return (await forge.open({ ...proposal, branch: name })).pullRequest;
  };
  const asked = (pattern: RegExp) => fake.requests.filter((request) => pattern.test(request));

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'leafwatch-gitlab-'));
    repository = await bareRepository(dir, { files: { 'a.yaml': 'a: 1\n' } });
    fake = await startFakeGitlab(repository);
    forge = at(fake.url);
  });
  afterEach(async () => {
    await fake.close();
    await rm(dir, { recursive: true, force: true });
    assert.deepEqual(fake.mistakes, []);
  });

  describe('the address', () => {
    it('may hold subgroups and a path of the host: which is which is asked once, without the token', async () => {
      await forge.find(branch, 'main');
      await at(fake.url).find(branch, 'main');
      assert.deepEqual(asked(/version/), ['GET /gitlab/api/v4/version']);
      assert.equal(asked(/\/projects\/group%2Fsub%2Fconfig\/merge_requests\?/).length, 2);
    });

    it('of a GitLab behind a proxy that takes its mark away is known by its words', async () => {
      const seen: string[] = [];
      const bare = createForge(
        { type: 'gitlab', url: 'https://behind.test/git/org/config' },
        {
          token: 'token',
          now,
          fetch: (url, init) => {
            seen.push(`${init?.headers?.['authorization'] ?? 'nobody'} ${url}`);
            if (url.startsWith('https://behind.test/api')) return Promise.resolve(new Response('{}', { status: 401 }));
            const isProbe = url.endsWith('/version');
            const body = isProbe ? { message: '401 Unauthorized' } : [];
            return Promise.resolve(new Response(JSON.stringify(body), { status: isProbe ? 401 : 200 }));
          },
        },
      );
      assert.equal(await bare.find('b', 'main'), undefined);
      assert.deepEqual(seen.slice(0, 2), [
        'nobody https://behind.test/api/v4/version',
        'nobody https://behind.test/git/api/v4/version',
      ]);
      assert.match(seen[2] ?? '', /^Bearer token https:\/\/behind\.test\/git\/api\/v4\/projects\/org%2Fconfig\//);
    });

    it('of a GitLab is known by the mark of its answers, whatever they say', async () => {
      fake.interfere = ({ path }) =>
        path === '/gitlab/api/v4/version'
          ? { status: 403, headers: { 'x-gitlab-meta': '{"version":"1"}' }, body: { message: '403 Forbidden' } }
          : undefined;
      assert.equal(await forge.find(branch, 'main'), undefined);
    });

    it('is asked at once where it can mean one thing only', async () => {
      for (const url of ['https://gitlab.com/group/sub/config.git', 'https://git.test/group/config/']) {
        const seen: string[] = [];
        const fetch = (address: string) => {
          seen.push(address);
          return Promise.resolve(new Response('[]'));
        };
        await createForge({ type: 'gitlab', url }, { token: 'token', now, fetch }).find('b', 'main');
        assert.match(seen[0] ?? '', /^https:\/\/(gitlab\.com|git\.test)\/api\/v4\/projects\/group%2F(sub%2F)?config\//);
      }
    });

    it('at which no GitLab answers is refused, and one that is down is asked again', async () => {
      fake.interfere = () => ({ status: 404, page: '<html>nothing here</html>' });
      const nothing = await failed(forge.find(branch, 'main'));
      assert.deepEqual([nothing.remedy, nothing.reason], ['give-up', 'NotAForge']);
      assert.match(
        nothing.message,
        /No GitLab answers at http:\/\/127\.0\.0\.1:\d+, http:\/\/127\.0\.0\.1:\d+\/gitlab,/,
      );
      fake.interfere = () => ({ status: 502, page: '' });
      assert.equal((await failed(forge.find(branch, 'main'))).reason, 'ServerFailed');
      fake.interfere = undefined;
      assert.equal(await forge.find(branch, 'main'), undefined);
    });

    it('is forgotten when it was not used for long, and asked for again', async () => {
      let asked = 0;
      const answer = (address: string) => {
        if (address.includes('/version')) asked += 1;
        return repositoryFetch({ now, limits })(`${fake.origin}/gitlab/api/v4/version`);
      };
      const probe = (url: string) => gitlabProject(url, answer);
      await probe('https://many.test/a/b/first');
      await probe('https://many.test/a/b/first');
      assert.equal(asked, 1);
      for (let index = 0; index < 1000; index += 1) await probe(`https://many.test/a/b/${index}`);
      await probe('https://many.test/a/b/first');
      assert.equal(asked, 1002);
    });

    it('must name a project', async () => {
      for (const url of [
        'https://gitlab.com/config',
        'https://gitlab.com/%zz',
        'git@gitlab.com:group/config.git',
        'nonsense',
      ])
        assert.equal((await failed(at(url).find('b', 'main'))).reason, 'InvalidRepositoryUrl');
    });
  });

  describe('merge requests', () => {
    it('are searched over all pages, past those of forks', async () => {
      const { number } = await open();
      const pull = await fake.pulls.find(number);
      assert.ok(pull);
      fake.pulls.repeat(pull, 120, { isFork: true });
      assert.equal((await forge.find(branch, 'main'))?.number, number);
      assert.equal(asked(/page=2/).length, 1);
    });

    it('count as open while GitLab merges them', async () => {
      const { number } = await open();
      const list = at(fake.url);
      fake.interfere = ({ path }) =>
        path.endsWith(`/merge_requests/${number}`)
          ? { status: 200, body: { iid: number, state: 'locked', source_branch: branch, target_branch: 'main' } }
          : undefined;
      assert.equal((await list.read(number)).state, 'open');
    });

    it('give their branch back when they are merged', async () => {
      await open();
      assert.match(asked(/^POST/)[0] ?? '', /"remove_source_branch":true/);
    });

    it('that are refused as there already, and are not found, are asked for again', async () => {
      await repository.git(['branch', branch, 'main']);
      fake.interfere = ({ method }) =>
        method === 'POST'
          ? { status: 409, body: { message: ['Another open merge request already exists'] } }
          : undefined;
      const { remedy, message } = await failed(forge.open(proposal));
      assert.equal(remedy, 'retry');
      assert.match(message, /answers 409 \(Another open merge request already exists\)/);
    });

    it('hold text that GitLab would take for a command as text', async () => {
      const { number } = await open();
      await forge.edit(number, { title: 't', body: 'See\n/merge\n  /close now\n/ not / and/or\n' });
      assert.equal((await fake.pulls.find(number))?.body, 'See\n\\/merge\n  \\/close now\n/ not / and/or\n');
      await forge.close(number, '/approve');
      await forge.close(number, '/approve');
      assert.deepEqual((await fake.pulls.find(number))?.comments, ['\\/approve']);
    });

    it('that have not changed are answered by no list', async () => {
      await open();
      const first = await forge.changes();
      const second = await forge.changes(first.mark);
      const third = await forge.changes(second.mark);
      assert.deepEqual(
        [first, second, third].map(({ pullRequests }) => pullRequests.length),
        [1, 1, 0],
      );
      await open('other');
      assert.deepEqual(
        (await forge.changes(third.mark)).pullRequests.map(({ branch: name }) => name),
        ['other', branch],
      );
    });
  });

  describe('wishes', () => {
    it('leave the reviewers that people asked, and tell which GitLab does not take', async () => {
      const { number } = await open();
      await forge.requestReviews?.(number, ['ann']);
      const { reason, message } = await failed(forge.requestReviews!(number, ['bob']));
      assert.equal(reason, 'WishRefused');
      assert.match(message, /does not take bob: .*without a licence GitLab takes one only/);
      assert.match(asked(/^PUT.*reviewer_ids/).at(-1) ?? '', /"reviewer_ids":\[2,3\]/);
      assert.match((await failed(forge.requestReviews!(number, ['org/team']))).message, /org\/team is a group/);
    });

    it("name the project's setting that rules a way of merging out", async () => {
      const pullRequest = await open();
      const refusal = async (method: 'merge' | 'squash' | 'rebase', settings: object) => {
        Object.assign(fake.project, { merge_method: 'merge', squash_option: 'default_off' }, settings);
        const { reason, message } = await failed(forge.autoMerge!(pullRequest, method));
        assert.equal(reason, 'WishRefused');
        return message;
      };
      assert.match(await refusal('squash', { squash_option: 'never' }), /allows no squashing/);
      assert.match(await refusal('merge', { squash_option: 'always' }), /squashes always/);
      assert.match(await refusal('rebase', {}), /choose the fast-forward method/);
      assert.match(await refusal('merge', { merge_method: 'ff' }), /by fast-forward alone/);
      Object.assign(fake.project, { merge_method: 'ff', squash_option: 'default_on' });
      await forge.autoMerge?.(pullRequest, 'rebase');
      assert.equal((await forge.read(pullRequest.number)).state, 'merged');
    });

    it('wait for what GitLab has not found out yet, and tell who may not merge', async () => {
      const pullRequest = await open();
      const refusal = async (status: number) => {
        fake.interfere = ({ path }) =>
          path.endsWith('/merge') ? { status, body: { message: 'Branch cannot be merged' } } : undefined;
        const { remedy, reason } = await failed(forge.autoMerge!(pullRequest, 'merge'));
        return `${remedy} ${reason}`;
      };
      assert.equal(await refusal(405), 'retry NotNow');
      assert.equal(await refusal(422), 'retry NotNow');
      assert.equal(await refusal(401), 'give-up WishRefused');
    });

    it('may be a status that is there already', async () => {
      const { head } = await open();
      const check = { context: 'leafwatch/prod', state: 'pending', description: 'soaks' } as const;
      await forge.setCheck(head, check);
      await forge.setCheck(head, check);
      assert.equal(fake.pulls.statuses.get(`${head} leafwatch/prod`), 'pending');
    });
  });

  describe('validation', () => {
    it('names what keeps the project from being promoted into', async () => {
      const reasonWith = async (project: object) => {
        Object.assign(fake.project, { archived: false, merge_requests_enabled: true }, project);
        const { remedy, reason } = await failed(forge.validate('main'));
        return `${remedy} ${reason}`;
      };
      assert.equal(await reasonWith({ archived: true }), 'wait RepositoryLocked');
      assert.equal(await reasonWith({ merge_requests_enabled: false }), 'wait PullRequestsDisabled');
    });

    it('names the scope that a token lacks, where GitLab can be asked for it', async () => {
      fake.access.scopes = ['read_api', 'write_repository'];
      const { remedy, reason, message } = await failed(forge.validate('main'));
      assert.deepEqual([remedy, reason], ['give-up', 'Forbidden']);
      assert.match(message, /has the scopes read_api, write_repository: make one with the scope api/);
      Object.assign(fake.access, { scopes: ['granular'], granular: true });
      await forge.validate('main');
      fake.access.granular = false;
      fake.interfere = ({ path }) =>
        path.endsWith('/self') ? { status: 404, body: { message: '404 Not Found' } } : undefined;
      await forge.validate('main');
    });

    it('passes a token whose role is not told', async () => {
      Object.assign(fake.project, { permissions: { project_access: null, group_access: null } });
      await forge.validate('main');
    });
  });

  describe('a refusal', () => {
    beforeEach(() => forge.find('b', 'main')); // GitLab has been found before it fails
    describeRefusals(() => ({ fake, forge }), {
      'a token that is not one': [
        { status: 401, body: { error: 'invalid_token', error_description: 'Token was revoked.' } },
        'give-up Unauthorized',
        /401 \(invalid_token: Token was revoked\.\): put a valid token/,
      ],
      'a token without the scope': [
        {
          status: 403,
          body: {
            error: 'insufficient_scope',
            error_description: 'The request requires higher privileges.',
            scope: 'api',
          },
        },
        'give-up Forbidden',
        /insufficient_scope: The request requires higher privileges\./,
      ],
      'a project that it does not show': [
        { status: 404, body: { message: '404 Project Not Found' } },
        'give-up RepositoryNotFound',
        /404 \(404 Project Not Found\): no such repository, or the token must not see it/,
      ],
      'a conflict': [{ status: 409, body: { message: 'busy' } }, 'retry Conflict', /busy/],
      'what it cannot use': [
        { status: 400, body: { message: { title: ['is too long', "can't be blank"], base: ['no'] } } },
        'give-up PullRequestRefused',
        /400 \(title is too long, can't be blank, no\)/,
      ],
      'a limit with the time of its end': [
        { status: 429, headers: { 'ratelimit-remaining': '0', 'ratelimit-reset': '60' }, page: 'Retry later' },
        'retry RateLimited',
        /429 \(Retry later\)/,
        60_000,
      ],
    });
  });
});
