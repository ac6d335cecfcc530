import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FailureError } from '../../src/model/failure.ts';
import { startForge, type Forge, type ForgeOptions } from '../../src/sandbox/forge/start-forge.ts';
import { bareRepository, type BareRepository } from '../../src/sandbox/git/bare-repository.ts';
import { createPullRequests } from '../../src/sinks/pull-requests.ts';
import { aPromotion, markedManifest } from '../support/a-promotion.ts';

const comment = 'not here any more';

describe('a repository that is left', () => {
  let dir: string;
  let repository: BareRepository;
  let forge: Forge;
  let interfere: ForgeOptions['interfere'];
  let sinks: ReturnType<typeof createPullRequests>;

  const open = (revision?: string) =>
    sinks.open({ type: 'open-pull-request', promotion: aPromotion(forge.url, 'github', revision) });
  const leave = (parts: Partial<ReturnType<typeof aPromotion>> = {}) =>
    sinks.leave({ type: 'leave-pull-request', promotion: { ...aPromotion(forge.url, 'github'), ...parts }, comment });
  const states = async () => (await forge.pulls.all()).map(({ head, state }) => `${head.split('/').at(-1)} ${state}`);
  const comments = (number = 1) => forge.pulls.comments(number).map(({ body }) => body);

  beforeEach(async () => {
    interfere = undefined;
    dir = await mkdtemp(join(tmpdir(), 'leafwatch-leave-'));
    repository = await bareRepository(join(dir, 'repository'), {
      files: { 'prod/podinfo.yaml': markedManifest('6.1.3') },
    });
    forge = await startForge({
      ...{ repository, owner: 'org', name: 'config', token: 'the-token' },
      interfere: (request) => interfere?.(request),
    });
    sinks = createPullRequests({
      readSecret: () => Promise.resolve({ username: 'robot', password: 'the-token', token: 'the-token' }),
      clock: { now: () => 1_700_000_000_000 },
      cacheDir: join(dir, 'cache'),
    });
  });
  afterEach(async () => {
    assert.deepEqual(forge.mistakes, []);
    await forge.close();
    await rm(dir, { recursive: true, force: true });
  });

  it('keeps nothing open: what was opened just before a crash is closed with a comment, once, and its branch goes', async () => {
    await open();
    for (const time of ['first', 'again after a crash']) {
      assert.equal((await leave()).type, 'pull-request-left', time);
      assert.deepEqual([await states(), comments()], [['6.1.5 closed'], [comment]], time);
      assert.deepEqual(Object.keys(await repository.branches()), ['main'], time);
    }
  });

  it('keeps no branch of which no pull request was opened', async () => {
    interfere = ({ method }) => (method === 'POST' ? 'drop' : undefined);
    await assert.rejects(open());
    interfere = undefined;
    assert.equal((await leave()).type, 'pull-request-left');
    assert.deepEqual([await states(), Object.keys(await repository.branches())], [[], ['main']]);
  });

  it('keeps none that the promotion should have closed', async () => {
    const before = aPromotion(forge.url, 'github', '6.1.4');
    await open('6.1.4');
    await open();
    await leave({ supersedes: [before.text.branch] });
    assert.deepEqual(await states(), ['6.1.4 closed', '6.1.5 closed']);
    assert.deepEqual([comments(1), comments(2)], [[comment], [comment]]);
  });

  it('keeps none that was asked for anew before the memory of it was lost', async () => {
    const promotion = aPromotion(forge.url, 'github');
    const anew = { ...promotion, text: { ...promotion.text, branch: `${promotion.text.branch}=r2` } };
    await sinks.open({ type: 'open-pull-request', promotion: anew });
    await leave({ forgotten: true });
    assert.deepEqual([await states(), Object.keys(await repository.branches())], [['6.1.5=r2 closed'], ['main']]);
  });

  it('is where the promotion was made if it is merged there', async () => {
    await open();
    await forge.pulls.merge(1, { method: 'squash' });
    const outcome = await leave();
    assert.ok(outcome.type === 'pull-request-seen');
    assert.deepEqual([outcome.pullRequest.state, comments()], ['merged', []]);
    assert.deepEqual(Object.keys(await repository.branches()), ['main']);
  });

  it('is told of where a branch cannot be deleted in it, and left all the same', async () => {
    await open();
    await repository.git(['config', 'receive.denyDeletes', 'true']);
    const outcome = await leave();
    assert.ok(outcome.type === 'pull-request-left');
    assert.match(outcome.trouble ?? '', /promotions\/apps\/podinfo\/prod\/6\.1\.5/);
    assert.deepEqual(await states(), ['6.1.5 closed']);
  });

  it('keeps in mind which branch could not be deleted beside one that is merged', async () => {
    const before = aPromotion(forge.url, 'github', '6.1.4');
    await open('6.1.4');
    await open();
    await forge.pulls.merge(2, { method: 'squash' });
    await repository.git(['config', 'receive.denyDeletes', 'true']);
    const outcome = await leave({ supersedes: [before.text.branch] });
    assert.ok(outcome.type === 'pull-request-seen');
    assert.match(outcome.pullRequest.trouble ?? '', /promotions\/apps\/podinfo\/prod\/6\.1\.4/);
  });

  it('is told of where nothing can be closed in it', async () => {
    await open();
    interfere = ({ method }) => (method === 'PATCH' ? { status: 403, body: { message: 'no' } } : undefined);
    const error = await leave().then(
      () => assert.fail('it succeeded'),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof FailureError);
    assert.match(
      error.message,
      /^What may be open of promotions\/apps\/podinfo\/prod\/6\.1\.5 in http\S+ is not closed: /,
    );
  });
});
