import assert from 'node:assert/strict';
import { eventually } from '../support/eventually.ts';
import { branch, forgeOf, opened, proposal } from './forge-bench.ts';
import type { RepositoryUnderContract } from './forge-contract.ts';

const mergeMethods = ['merge', 'squash', 'rebase'] as const;

/** One pull request from being opened to its end, whoever ends it. */
export const describeFinding = (bench: () => RepositoryUnderContract): void => {
  it('is opened once, found by head and base, and read by its number', async () => {
    const forge = forgeOf(bench());
    const head = await bench().commit(branch, 'apps/prod.yaml', 'version: 2\n');
    assert.equal(await forge.find(branch, 'main'), undefined);
    const { pullRequest, opened: isNew } = await forge.open(proposal);
    assert.equal(isNew, true);
    const { url, number, ...rest } = pullRequest;
    assert.deepEqual(rest, { branch, base: 'main', head, state: 'open' });
    assert.ok(new URL(url).pathname.endsWith(`/${number}`), url);
    assert.deepEqual(await forge.open(proposal), { pullRequest, opened: false });
    assert.deepEqual(await forge.find(branch, 'main'), pullRequest);
    assert.deepEqual(await forge.read(number), pullRequest);
    assert.deepEqual(await bench().text(number), { title: proposal.title, body: proposal.body.trimEnd() });
  });

  it('is found by exact head and base alone, and the newest of several', async () => {
    const forge = forgeOf(bench());
    const first = await opened(bench());
    await bench().commit('release', 'other.yaml', 'a: 1\n');
    await bench().commit(`${branch}8`, 'other.yaml', 'a: 2\n');
    assert.equal(await forge.find(`${branch}8`, 'main'), undefined);
    assert.equal(await forge.find(branch.slice(0, -1), 'main'), undefined);
    assert.equal(await forge.find(branch, 'release'), undefined);
    const { pullRequest: other } = await forge.open({ ...proposal, base: 'release' });
    assert.notEqual(other.number, first.pullRequest.number);
    assert.deepEqual(await forge.find(branch, 'release'), other);
    await forge.close(first.pullRequest.number, 'no');
    const { pullRequest: second } = await forge.open(proposal);
    assert.ok(second.number > first.pullRequest.number);
    await forge.close(second.number, 'no');
    assert.deepEqual(await forge.find(branch, 'main'), { ...second, state: 'closed' });
  });

  for (const method of mergeMethods)
    it(`is merged by a person's ${method}, and stays so when its branch is gone`, async () => {
      const forge = forgeOf(bench());
      const { pullRequest } = await opened(bench());
      await bench().merge(pullRequest.number, method);
      assert.deepEqual((await forge.read(pullRequest.number)).state, 'merged');
      await bench().deleteBranch(branch);
      const { head, ...merged } = await forge.read(pullRequest.number);
      const { head: before, ...was } = pullRequest;
      assert.deepEqual(merged, { ...was, state: 'merged' });
      if (method !== 'rebase') assert.equal(head, before);
      assert.deepEqual(await forge.find(branch, 'main'), { ...merged, head });
    });

  it('is closed by a person, and is not opened again by looking for it', async () => {
    const forge = forgeOf(bench());
    const { pullRequest } = await opened(bench());
    await bench().close(pullRequest.number);
    assert.deepEqual(await forge.find(branch, 'main'), { ...pullRequest, state: 'closed' });
    assert.deepEqual(await forge.read(pullRequest.number), { ...pullRequest, state: 'closed' });
  });

  it('counts as closed once its branch is deleted by a person', async () => {
    const forge = forgeOf(bench());
    const { pullRequest } = await opened(bench());
    await bench().deleteBranch(branch);
    await eventually(async () => assert.equal((await forge.read(pullRequest.number)).state, 'closed'));
    assert.equal((await forge.find(branch, 'main'))?.state, 'closed');
  });

  it('is closed by us with one comment, however often', async () => {
    const forge = forgeOf(bench());
    const { pullRequest } = await opened(bench());
    const comment = 'Superseded by 6.1.6: https://forge.example/pull/2';
    await forge.close(pullRequest.number, comment);
    await forge.close(pullRequest.number, comment);
    assert.equal((await forge.read(pullRequest.number)).state, 'closed');
    assert.deepEqual(
      (await bench().comments(pullRequest.number)).filter((text) => text.includes('Superseded')),
      [comment],
    );
  });

  it('is edited in title and body', async () => {
    const forge = forgeOf(bench());
    const { pullRequest } = await opened(bench());
    await forge.edit(pullRequest.number, { title: 'Another title', body: 'another body' });
    assert.deepEqual(await bench().text(pullRequest.number), { title: 'Another title', body: 'another body' });
    assert.deepEqual(await forge.read(pullRequest.number), pullRequest);
  });

  it("has a person's commit as its head", async () => {
    const forge = forgeOf(bench());
    const { pullRequest } = await opened(bench());
    const head = await bench().commit(branch, 'by-hand.yaml', 'a: 1\n');
    await eventually(async () => assert.deepEqual(await forge.read(pullRequest.number), { ...pullRequest, head }));
  });

  it('holds as much of a text as the forge takes', async () => {
    const forge = forgeOf(bench());
    await bench().commit(branch, 'apps/prod.yaml', 'version: 2\n');
    const [title, body] = ['t'.repeat(300), 'b'.repeat(70_000)];
    const { pullRequest } = await forge.open({ branch, base: 'main', title, body });
    const there = await bench().text(pullRequest.number);
    assert.equal(there.title, `${'t'.repeat(249)}…`);
    assert.ok(there.body.length > 30_000 && body.startsWith(there.body.replace(/…$/, '')));
    await forge.edit(pullRequest.number, { title: `${title}!`, body: 'short' });
    assert.deepEqual(await bench().text(pullRequest.number), { title: there.title, body: 'short' });
  });

  it('is told from one of a fork whose branch has the same name', async () => {
    const forge = forgeOf(bench());
    await bench().fork(branch);
    assert.equal(await forge.find(branch, 'main'), undefined);
    assert.deepEqual(await forge.openOf(branch), []);
    assert.deepEqual((await forge.changes()).pullRequests, []);
    const { pullRequest } = await opened(bench());
    assert.deepEqual(await forge.find(branch, 'main'), pullRequest);
    assert.deepEqual(await forge.openOf(branch), [pullRequest]);
    assert.deepEqual((await forge.changes()).pullRequests, [pullRequest]);
    assert.deepEqual(await forge.open(proposal), { pullRequest, opened: false });
  });

  it('is found behind more others than a page holds, open or not', async () => {
    const forge = forgeOf(bench());
    const { pullRequest } = await opened(bench());
    await bench().others();
    assert.deepEqual(await forge.find(branch, 'main'), pullRequest);
    assert.deepEqual(await forge.openOf(branch), [pullRequest]);
    await bench().close(pullRequest.number);
    assert.deepEqual(await forge.find(branch, 'main'), { ...pullRequest, state: 'closed' });
    assert.deepEqual(await forge.openOf(branch), []);
  });

  it('is among the open ones of its branch, into whatever base', async () => {
    const forge = forgeOf(bench());
    await bench().commit('release', 'other.yaml', 'a: 1\n');
    await bench().commit(`${branch}8`, 'other.yaml', 'a: 2\n');
    await forge.open({ ...proposal, branch: `${branch}8` });
    const { pullRequest } = await opened(bench());
    const { pullRequest: other } = await forge.open({ ...proposal, base: 'release' });
    const numbers = async () => (await forge.openOf(branch)).map(({ number, base }) => `${number} ${base}`).sort();
    assert.deepEqual(await numbers(), [`${pullRequest.number} main`, `${other.number} release`].sort());
    await bench().close(pullRequest.number);
    assert.deepEqual(await numbers(), [`${other.number} release`]);
  });

  it('is named once it conflicts with its base, and only then', async () => {
    const forge = forgeOf(bench());
    const { pullRequest } = await opened(bench());
    await bench().commit('another', 'apps/another.yaml', 'version: 2\n');
    const { pullRequest: another } = await forge.open({ ...proposal, branch: 'another' });
    const numbers = [pullRequest.number, another.number];
    await eventually(async () => assert.deepEqual(await forge.conflicting(numbers), []));
    await bench().commit('main', 'apps/prod.yaml', 'version: by hand\n');
    await bench().others();
    await eventually(async () => assert.deepEqual(await forge.conflicting(numbers), [pullRequest.number]));
    assert.deepEqual(await forge.conflicting([another.number]), []);
  });
};
