import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { githubAppTokens } from '../../src/forge/github-app.ts';
import { pullRequestBoard } from '../../src/sinks/pull-request-board.ts';
import { createForge } from '../../src/forge/create-forge.ts';
import { createRepositories } from '../../src/git/repositories.ts';
import type { Outcome, Promotion } from '../../src/model/action.ts';
import { FailureError, type Remedy } from '../../src/model/failure.ts';
import { startForge, type Forge, type ForgeOptions } from '../../src/sandbox/forge/start-forge.ts';
import { bareRepository, type BareRepository } from '../../src/sandbox/git/bare-repository.ts';
import { openPullRequest } from '../../src/sinks/open-pull-request.ts';
import { createPullRequests } from '../../src/sinks/pull-requests.ts';
import { createAgents } from '../../src/web/agents.ts';
import { aPromotion, markedManifest } from '../support/a-promotion.ts';
import { failed } from '../support/failed.ts';

describe('sinks/pull-requests', () => {
  let dir: string;
  let repository: BareRepository;
  let forge: Forge;
  let secrets: Record<string, Record<string, string>>;
  let interfere: ForgeOptions['interfere'];
  let promotion: Promotion;

  /** The sinks of a controller that has just started; `cache` is another for one whose disk is lost with it. */
  const start = (cache = 'cache') =>
    createPullRequests({
      readSecret: (namespace, name) => Promise.resolve(secrets[`${namespace}/${name}`]),
      clock: { now: () => 1_700_000_000_000 },
      cacheDir: join(dir, cache),
    });
  const open = (sinks = start(), what = promotion) => sinks.open({ type: 'open-pull-request', promotion: what });
  const posts = () => forge.requests.filter((request) => /^POST .*\/pulls$/.test(request)).length;

  beforeEach(async () => {
    interfere = undefined;
    dir = await mkdtemp(join(tmpdir(), 'leafwatch-sinks-'));
    repository = await bareRepository(join(dir, 'repository'), {
      files: { 'prod/podinfo.yaml': markedManifest('6.1.4') },
    });
    forge = await startForge({
      repository,
      owner: 'org',
      name: 'config',
      token: 'the-token',
      interfere: (request) => interfere?.(request),
    });
    secrets = { 'apps/forge': { username: 'robot', password: 'the-token', token: 'the-token' } };
    promotion = aPromotion(forge.url, 'github');
  });
  afterEach(async () => {
    assert.deepEqual(forge.mistakes, []);
    await forge.close();
    await rm(dir, { recursive: true, force: true });
  });

  it('opens one pull request, and follows it until it is merged', async () => {
    const sinks = start();
    const outcome = await open(sinks);
    assert.ok(outcome.type === 'pull-request-seen');
    const { pullRequest, opened } = outcome;
    assert.equal(opened, true);
    assert.deepEqual(pullRequest, {
      url: `${forge.url}/pull/1`,
      number: 1,
      branch: promotion.text.branch,
      state: 'open',
      head: (await repository.branches())[promotion.text.branch],
    });
    assert.equal(await repository.read(promotion.text.branch, 'prod/podinfo.yaml'), markedManifest('6.1.5'));
    const merge = await fetch(`${forge.url.replace('/org', '/api/v3/repos/org')}/pulls/1/merge`, {
      method: 'PUT',
      headers: { authorization: 'token the-token' },
      body: '{}',
    });
    assert.equal(merge.status, 200);
    const followed = await sinks.follow({ type: 'follow-pull-request', promotion, pullRequest });
    assert.deepEqual(followed, { ...outcome, pullRequest: { ...pullRequest, state: 'merged' }, opened: false });
  });

  it('takes no other pull request of the same number for its own', async () => {
    const sinks = start();
    const outcome = await open(sinks);
    assert.ok(outcome.type === 'pull-request-seen');
    const text = { ...promotion.text, branch: 'promotions/apps/podinfo/prod/9.9.9' };
    const elsewhere = { ...promotion, text };
    const { pullRequest } = outcome;
    const failure = await failed(sinks.follow({ type: 'follow-pull-request', promotion: elsewhere, pullRequest }));
    assert.deepEqual([failure.remedy, failure.reason], ['wait', 'PullRequestNotFound']);
    assert.match(failure.message, /has no pull request of branch promotions\/apps\/podinfo\/prod\/9\.9\.9 into main/);
  });

  it('takes a token that ends in a newline', async () => {
    secrets = { 'apps/forge': { username: 'robot', password: 'the-token\n', token: 'the-token\n' } };
    assert.equal((await open()).type, 'pull-request-seen');
  });

  it('adopts what a crash left behind, wherever it was', async () => {
    interfere = ({ method }) => (method === 'POST' ? 'drop' : undefined);
    assert.equal((await failed(open())).remedy, 'retry');
    assert.ok((await repository.branches())[promotion.text.branch], 'the branch was pushed');
    interfere = undefined;
    for (const [cache, opened] of [
      ['cache', true],
      ['cache', false],
      ['lost', false],
    ] as const) {
      const outcome = await open(start(cache));
      assert.ok(outcome.type === 'pull-request-seen');
      assert.deepEqual([outcome.pullRequest.number, outcome.opened], [1, opened]);
    }
    assert.equal(posts(), 2);
    assert.equal((await repository.log(`main..${promotion.text.branch}`)).length, 1);
  });

  it('is one pull request for two controllers that both believe they lead', async () => {
    const outcomes = await Promise.all(
      [open(start('one')), open(start('two'))].map((run) => run.catch((error: unknown) => error)),
    );
    // The slower may lose the race for the branch; it then tries again.
    for (const lost of outcomes.filter((outcome) => outcome instanceof FailureError))
      assert.equal(lost.failure.remedy, 'retry');
    for (const outcome of [await open(start('one')), await open(start('two'))])
      assert.deepEqual(outcome.type === 'pull-request-seen' && outcome.pullRequest.number, 1);
    assert.deepEqual(Object.keys(await repository.branches()).length, 2);
    assert.equal((await repository.log(`main..${promotion.text.branch}`)).length, 1);
  });

  describe('while another controller that believes it leads is faster', () => {
    /** A controller before whose push something happens. */
    const openAfter = (happens: () => Promise<unknown>) => {
      const clock = { now: () => 1_700_000_000_000 };
      const repositories = createRepositories({ cacheDir: join(dir, 'late'), clock });
      const late = openPullRequest({
        ...{ readSecret: () => Promise.resolve(secrets['apps/forge']), createForge, clock, insecureHttp: false },
        appTokens: githubAppTokens(clock),
        board: pullRequestBoard({ ...clock, interval: 60_000 }),
        slots: (_host, _promotion, work) => work(),
        agents: createAgents(),
        repositories: {
          ...repositories,
          proposeChange: async (change) => {
            await happens();
            return repositories.proposeChange(change);
          },
        },
      });
      return late({ type: 'open-pull-request', promotion });
    };

    it('opens none again that was opened since it asked, and closed', async () => {
      const outcome = await openAfter(async () => {
        await open();
        await forge.pulls.edit(1, { state: 'closed' });
      });
      assert.ok(outcome.type === 'pull-request-seen');
      assert.deepEqual([outcome.pullRequest.number, outcome.pullRequest.state, outcome.opened], [1, 'closed', false]);
      assert.equal(posts(), 1);
      assert.deepEqual(Object.keys(await repository.branches()), ['main']);
    });

    it('finds the one that was opened since it asked, and merged, so that the base says the revision', async () => {
      const outcome = await openAfter(async () => {
        await open();
        await forge.pulls.merge(1);
      });
      assert.ok(outcome.type === 'pull-request-seen', outcome.type);
      assert.deepEqual([outcome.pullRequest.number, outcome.pullRequest.state, outcome.opened], [1, 'merged', false]);
      assert.deepEqual(Object.keys(await repository.branches()), ['main']);
    });

    it('takes back its own alone that it opened too late, though the other one is of the same branch', async () => {
      await repository.git(['branch', 'release', 'main']);
      const sinks = start();
      const strategy = { ...promotion.strategy, baseBranch: 'release' };
      await open(sinks, { ...promotion, strategy });
      await forge.pulls.open({ head: promotion.text.branch, base: 'main', title: 'late', body: null });
      await sinks.withdraw({ type: 'withdraw-pull-request', promotion, number: 2, comment: 'Opened too late' });
      const pulls = async () => (await forge.pulls.all()).map(({ base, state }) => `${base} ${state}`);
      assert.deepEqual(await pulls(), ['release open', 'main closed']);
      await sinks.withdraw({ type: 'withdraw-pull-request', promotion, number: 1, comment: 'Opened too late' });
      assert.deepEqual(await pulls(), ['release closed', 'main closed']);
      assert.deepEqual(Object.keys(await repository.branches()), ['main', 'release']);
    });
  });

  it('names in the pull request the files that carry the marker and were not changed', async () => {
    await repository.commit({ 'big.yaml': `${markedManifest('6.1.4')}#${'x'.repeat(1024 * 1024)}\n` }, 'a large file');
    await open();
    const [pull] = await forge.pulls.all();
    assert.match(pull?.body ?? '', /^evidence\n\napps\/podinfo\/prod\n\n\*\*Not changed/);
    assert.match(pull?.body ?? '', /\n- `big\.yaml` is larger than 1 MiB\n$/);
  });

  describe('where the repository cannot be looked at', () => {
    const tooLarge = (remedy: Remedy) => ({ remedy, reason: 'RepositoryTooLarge', message: 'a gigabyte' });
    /** What is asked of git, task by task, by a controller whose every look at the repository fails. */
    const asked = async (remedy: Remedy) => {
      const tasks: string[] = [];
      const sinks = createPullRequests({
        readSecret: () => Promise.resolve(secrets['apps/forge']),
        clock: { now: () => 1_700_000_000_000 },
        cacheDir: join(dir, 'unused'),
        run: (batch) => {
          tasks.push(...batch.tasks.map(({ type }) => type));
          return Promise.resolve(batch.tasks.map(() => ({ type: 'failed', failure: tooLarge(remedy) })));
        },
      });
      const outcome = await open(sinks).catch((error: unknown) => error);
      return { tasks, told: outcome instanceof FailureError ? outcome.failure : (outcome as Outcome).type };
    };

    for (const remedy of ['give-up', 'wait'] as const)
      it(`is not asked for it again at once (${remedy})`, async () => {
        assert.deepEqual(await asked(remedy), { tasks: ['look'], told: tooLarge(remedy) });
      });

    it('proposes all the same where that may succeed at once', async () => {
      assert.deepEqual(await asked('retry'), { tasks: ['look', 'propose'], told: tooLarge('retry') });
    });

    it('finds the pull request that is there', async () => {
      await open();
      assert.deepEqual(await asked('give-up'), { tasks: ['look'], told: 'pull-request-seen' });
    });
  });

  it('leaves a pull request closed that a person closed', async () => {
    const sinks = start();
    await open(sinks);
    await fetch(`${forge.url.replace('/org', '/api/v3/repos/org')}/pulls/1`, {
      method: 'PATCH',
      headers: { authorization: 'token the-token' },
      body: '{"state":"closed"}',
    });
    const outcome = await open(sinks);
    assert.ok(outcome.type === 'pull-request-seen');
    assert.deepEqual([outcome.pullRequest.state, outcome.opened, posts()], ['closed', false, 1]);
  });

  it('closes the pull requests that it replaces, once the new one is open, with a comment that names it', async () => {
    const sinks = start();
    await open(sinks);
    const newer = {
      ...aPromotion(forge.url, 'github', '6.1.6'),
      supersedes: [promotion.text.branch, 'promotions/none'],
    };
    for (let time = 0; time < 2; time += 1) {
      const outcome = await open(sinks, newer);
      assert.ok(outcome.type === 'pull-request-seen');
      assert.equal(outcome.pullRequest.number, 2);
    }
    const older = await sinks.follow({
      type: 'follow-pull-request',
      promotion,
      pullRequest: { url: '', number: 1, branch: promotion.text.branch, state: 'open' },
    });
    assert.ok(older.type === 'pull-request-seen');
    assert.equal(older.pullRequest.state, 'closed');
    assert.equal(forge.requests.filter((request) => /^POST .*\/issues\/1\/comments$/.test(request)).length, 1);
  });

  it('pushes nothing when the base says the revision already', async () => {
    await repository.commit({ 'prod/podinfo.yaml': markedManifest('6.1.5') }, 'by hand');
    assert.deepEqual(await open(), { type: 'nothing-to-change', promotion });
    assert.deepEqual([Object.keys(await repository.branches()), posts()], [['main'], 0]);
  });

  it('waits for a marker, and says where it looked and what to write', async () => {
    const unmarked = { ...promotion, environment: 'staging' };
    const failure = await failed(open(start(), unmarked));
    assert.deepEqual([failure.remedy, failure.reason], ['wait', 'MarkerNotFound']);
    assert.equal(
      failure.message,
      `No version is marked for staging in the 1 YAML files of ${forge.url}, branch main: write # {"$promotion": "apps:podinfo:staging"} beside it`,
    );
    const elsewhere = { ...promotion, strategy: { ...promotion.strategy, path: 'staging' } };
    assert.match(
      (await failed(open(start(), elsewhere))).message,
      /in the 0 YAML files of \S+, branch main, folder staging: /,
    );
    assert.deepEqual([Object.keys(await repository.branches()), posts()], [['main'], 0]);
  });

  it('waits for the Secret, and pushes nothing while a credential is missing or refused', async () => {
    const reasonWith = async (secret: Record<string, string> | undefined) => {
      secrets = secret ? { 'apps/forge': secret } : {};
      const { remedy, reason, message } = await failed(open());
      assert.doesNotMatch(message, /wrong-secret/);
      return `${remedy} ${reason}`;
    };
    assert.equal(await reasonWith(undefined), 'wait SecretNotFound');
    assert.equal(await reasonWith({ username: 'robot' }), 'wait SecretIncomplete');
    assert.equal(await reasonWith({ password: 'the-token', token: 'wrong-secret' }), 'give-up Unauthorized');
    assert.equal(await reasonWith({ password: 'wrong-secret', token: 'the-token' }), 'give-up Unauthorized');
    assert.deepEqual([Object.keys(await repository.branches()), posts()], [['main'], 0]);
  });

  it('strikes a secret out that the forge repeats', async () => {
    interfere = () => ({ status: 403, body: { message: 'no rights for the-token' } });
    assert.match((await failed(open())).message, /no rights for \*\*\*/);
  });

  it('strikes a secret out that the forge repeats where it refuses a wish', async () => {
    interfere = ({ path }) =>
      path.endsWith('/labels') ? { status: 403, body: { message: 'no rights for the-token' } } : undefined;
    const strategy = { ...promotion.strategy, labels: ['promotion'] };
    const outcome = await open(start(), { ...promotion, strategy });
    assert.ok(outcome.type === 'pull-request-seen');
    assert.match(outcome.pullRequest.trouble ?? '', /no rights for \*\*\*/);
  });

  it('strikes a secret out that the repository repeats where it keeps the branch of a rejected one', async () => {
    const sinks = start();
    await open(sinks);
    const hook = join(repository.dir, 'hooks', 'pre-receive');
    await writeFile(hook, '#!/bin/sh\necho no rights for the-token\nexit 1\n', { mode: 0o755 });
    const outcome = await sinks.close({ type: 'close-pull-request', promotion, comment: 'Rejected: no' });
    assert.ok(outcome.type === 'promotion-closed', outcome.type);
    assert.match(outcome.pullRequest?.trouble ?? '', /did not delete branch .*no rights for \*\*\*/);
  });
});
