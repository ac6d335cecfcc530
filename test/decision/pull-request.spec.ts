import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { branchOf } from '../../src/decision/pull-request.ts';
import { objectKey } from '../../src/model/object-key.ts';
import { aPipeline, aTarget, anEnvironment, isEmpty, minutes, runs, start } from '../support/builders.ts';
import { given, openedBy } from '../support/given.ts';

type Identity = readonly [namespace: string, name: string, environment: string, revision: string];
const branch = ([namespace, name, environment, revision]: Identity): string =>
  branchOf(objectKey(namespace, name), environment, revision);

const dnsLabel = fc.stringMatching(/^[a-z0-9]([-a-z0-9.]{0,8}[a-z0-9])?$/);
const revision = fc.oneof(
  fc.stringMatching(/^\d\.\d\.\d(-[0-9a-z.-]{1,6})?(\+[0-9a-z.-]{1,6})?$/),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
  fc.string({
    unit: fc.constantFrom('.', '/', '=', '@', '{', '~', 'lock', '%', '-', '+', ' ', '\\', '2'),
    minLength: 1,
    maxLength: 6,
  }),
);
const identity: fc.Arbitrary<Identity> = fc.tuple(dnsLabel, dnsLabel, dnsLabel, revision);

/** The rules of `git check-ref-format`, as its manual lists them. */
const isRef = (name: string): boolean =>
  name.split('/').every((part) => part !== '' && !part.startsWith('.') && !part.endsWith('.lock')) &&
  !/\p{Cc}| /u.test(name) &&
  !/\.\.|[~^:?*[\\]|@\{|\.$|^@$|^-/.test(name);

describe('branchOf', () => {
  const branches: readonly (readonly [Identity, string])[] = [
    [['apps', 'podinfo', 'prod', '6.1.5'], 'promotions/apps/podinfo/prod/6.1.5'],
    [['apps', 'podinfo', 'prod', '6.1.1+build.7'], 'promotions/apps/podinfo/prod/6.1.1+build.7'],
    [['apps', 'podinfo', 'prod', '6.1.5-rc.1'], 'promotions/apps/podinfo/prod/6.1.5-rc.1'],
    [['apps', 'my.app', 'prod', '1.lock'], 'promotions/apps/my.app/prod/1=2elock'],
    [['apps', 'podinfo', 'prod', 'a/b'], 'promotions/apps/podinfo/prod/a=2fb'],
    [['apps', 'podinfo', 'prod', '..'], 'promotions/apps/podinfo/prod/=2e=2e'],
    [['apps', 'podinfo', 'prod', 'ä'], 'promotions/apps/podinfo/prod/=c3=a4'],
  ];
  for (const [parts, expected] of branches)
    it(`names ${parts.join(' ')} ${expected}`, () => {
      assert.equal(branch(parts), expected);
    });

  it('tells apart what only a dash tells apart', () => {
    assert.notEqual(branch(['a-b', 'c', 'prod', '1.0.0']), branch(['a', 'b-c', 'prod', '1.0.0']));
    assert.notEqual(branch(['apps', 'podinfo', 'prod', '1.0.0']), branch(['apps', 'podinfo', 'prod-eu', '1.0.0']));
  });

  it('gives different promotions different branches, none of them a folder of another', () => {
    fc.assert(
      fc.property(identity, identity, (one, other) => {
        const [a, b] = [branch(one), branch(other)];
        assert.equal(a === b, JSON.stringify(one) === JSON.stringify(other));
        assert.ok(!b.startsWith(`${a}/`));
      }),
      { numRuns: 2000 },
    );
  });

  it('tells revisions apart, however odd they are', () => {
    fc.assert(
      fc.property(revision, revision, (one, other) => {
        const same = branch(['apps', 'podinfo', 'prod', one]) === branch(['apps', 'podinfo', 'prod', other]);
        assert.equal(same, one === other);
      }),
      { numRuns: 2000, examples: [['😀', '😁']] },
    );
  });

  it('gives only names that git allows', () => {
    fc.assert(
      fc.property(identity, (parts) => {
        assert.ok(isRef(branch(parts)), branch(parts));
      }),
      { numRuns: 2000 },
    );
  });

  it('gives only names that git itself accepts', function () {
    for (const parts of [...branches.map(([known]) => known), ...fc.sample(identity, { numRuns: 25, seed: 1 })]) {
      const { status } = spawnSync('git', ['check-ref-format', '--branch', branch(parts)]);
      assert.equal(status, 0, branch(parts));
    }
  });
});

describe('the pull request', () => {
  const pipeline = aPipeline({
    environments: [anEnvironment('dev', { targets: [aTarget('dev'), aTarget(undefined)] }), anEnvironment('prod')],
  });
  const settled = runs('dev', '6.1.5', { deployed: { lastDeployed: minutes(-12) } });
  const here = { ...settled, cluster: '/' } as const;
  const opened = openedBy(given(pipeline, settled, here, isEmpty('prod')).when(start).decision);

  it('has the title that Weave’s users know, and the same as its commit message', () => {
    assert.equal(opened.text.title, 'Promote apps/podinfo in prod to 6.1.5');
    assert.equal(opened.text.commitMessage, 'Promote apps/podinfo in prod to 6.1.5\n');
    assert.equal(opened.text.branch, 'promotions/apps/podinfo/prod/6.1.5');
  });

  it('has a title of one line, cut to what forges take, whatever the version is', () => {
    const odd = `6.1.5\n\nCo-authored-by: x ${'y'.repeat(300)}`;
    const dev = aPipeline();
    const { text } = openedBy(given(dev, runs('dev', odd), isEmpty('prod')).when(start).decision);
    assert.match(text.commitMessage, /^Promote apps\/podinfo in prod to 6\.1\.5 Co-authored-by: x y+…\n$/);
    assert.ok(text.title.length <= 250);
  });

  it('differs only in its body between two moments', () => {
    const later = openedBy(given(pipeline, settled, here, runs('prod', '6.1.4')).when(minutes(9)).decision);
    assert.deepEqual({ ...later.text, body: '' }, { ...opened.text, body: '' });
    assert.notEqual(later.text.body, opened.text.body);
  });
});
