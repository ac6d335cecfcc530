import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Target } from '../../src/model/pipeline-spec.ts';
import {
  aPipeline,
  aTarget,
  anEnvironment,
  isEmpty,
  minutes,
  pullRequests,
  runs,
  start,
  thenRuns,
  type HelmReleaseParts,
} from '../support/builders.ts';
import { given, openedBy } from '../support/given.ts';
import { readMarkdown } from '../support/read-markdown.ts';

const pipeline = aPipeline({
  environments: [anEnvironment('dev', { targets: [aTarget('dev'), aTarget(undefined)] }), anEnvironment('prod')],
});
const settled = runs('dev', '6.1.5', { deployed: { lastDeployed: minutes(-12) } });
const here = { ...settled, cluster: '/' } as const;

/** What a reviewer reads when prod runs this release. */
const bodyWith = (revision: string, parts: HelmReleaseParts = {}): string =>
  openedBy(given(pipeline, settled, here, runs('prod', revision, parts)).when(start).decision).text.body;

const failing = (message: string): HelmReleaseParts => ({
  ready: { status: 'False', reason: 'UpgradeFailed', message },
});

/** Versions that cannot be compared are promoted too. */
const anyOrder = { ...pullRequests, allowDowngrade: true };

const isMetadata = (line: string): boolean => /^[^\s/]+\/[^\s/]+\/[^\s/]+$/.test(line);

/** The rows of the one table, as they are seen. */
const rowsOf = (body: string): readonly (readonly string[])[] => {
  const { tables } = readMarkdown(body);
  assert.equal(tables.length, 1);
  return (tables[0] ?? []).map((row) => row.map(({ text }) => text));
};

describe('the body of a pull request, read as Markdown', () => {
  it('says where the version comes from, where it goes, and what runs there', () => {
    const [first] = readMarkdown(bodyWith('6.1.4')).paragraphs;
    assert.equal(first, '6.1.5 has proved itself in dev and is due in prod, which runs 6.1.4.');
  });

  it('has a table of all targets: what runs there, and healthy since when', () => {
    assert.deepEqual(rowsOf(bodyWith('6.1.4')), [
      ['environment', 'cluster', 'release', 'runs', 'healthy'],
      ['dev', 'apps/dev', 'podinfo/podinfo', '6.1.5', 'since 2026-03-02T09:48:00Z'],
      ['dev', 'management', 'podinfo/podinfo', '6.1.5', 'since 2026-03-02T09:48:00Z'],
      ['prod', 'apps/prod', 'podinfo/podinfo', '6.1.4', 'since 2026-03-02T09:00:00Z'],
    ]);
  });

  it('tells the version of the application where Flux does', () => {
    const rows = rowsOf(bodyWith('6.1.4', { deployed: { appVersion: '1.2.3' } }));
    assert.equal(rows.at(-1)?.[3], '6.1.4 (app 1.2.3)');
  });

  it('says that nothing runs yet, and that a target does not exist', () => {
    const { body } = openedBy(given(pipeline, settled, here, isEmpty('prod')).when(start).decision).text;
    assert.match(readMarkdown(body).paragraphs[0] ?? '', /is due in prod, where nothing runs yet\.$/);
    assert.deepEqual(rowsOf(body).at(-1), ['prod', 'apps/prod', 'podinfo/podinfo', 'nothing', 'it does not exist']);
  });

  it('shows each of the destination’s clusters when they differ in what they run now', () => {
    const [eu, us] = [aTarget('prod-eu'), aTarget('prod-us')];
    const two = aPipeline({ environments: [anEnvironment('dev'), anEnvironment('prod', { targets: [eu, us] })] });
    const facts = [settled, runs('prod-eu', '6.1.3'), runs('prod-us', '6.1.4')];
    const { body } = openedBy(given(two, facts).when(start).decision).text;
    assert.match(
      readMarkdown(body).paragraphs[0] ?? '',
      /is due in prod, whose targets differ in what they run now: 1 × 6\.1\.3, 1 × 6\.1\.4\.$/,
    );
    assert.deepEqual(
      rowsOf(body)
        .slice(2)
        .map((row) => row.slice(0, 4)),
      [
        ['prod', 'apps/prod-eu', 'podinfo/podinfo', '6.1.3'],
        ['prod', 'apps/prod-us', 'podinfo/podinfo', '6.1.4'],
      ],
    );
  });

  it('tells where the chart of what is promoted is from: each source once, and nothing where none is known', () => {
    const chartsIn = (...charts: readonly (string | undefined)[]) => {
      const targets = charts.map((_, index) => aTarget(`dev-${index}`));
      const fleet = aPipeline({ environments: [anEnvironment('dev', { targets }), anEnvironment('prod')] });
      const facts = charts.map((chart, index) => runs(`dev-${index}`, '6.1.5', { chart }));
      const { body } = openedBy(given(fleet, facts, runs('prod', '6.1.4')).when(start).decision).text;
      return readMarkdown(body).paragraphs.filter((text) => text.startsWith('Chart'));
    };
    assert.deepEqual(
      chartsIn('podinfo of HelmRepository flux-system/podinfo', 'OCIRepository a/b', 'OCIRepository a/b'),
      ['Chart: podinfo of HelmRepository flux-system/podinfo, OCIRepository a/b.'],
    );
    assert.deepEqual(chartsIn(undefined), []);
    assert.match(chartsIn(...Array.from({ length: 9 }, (_, index) => `c${index}`)).join(), /c4, 4 more\.$/);
  });

  it('names the gates that it has passed', () => {
    const gated = {
      ...pullRequests,
      manual: true,
      soak: '10m',
      versions: '>=6.0.0 <7.0.0-0 || 8.x',
      windows: [{ kind: 'Allow' as const, schedule: '0 0 * * *', duration: '24h' }],
    };
    const annotations = {
      'pipelines.weave.works/approve.prod': '6.1.5',
      'pipelines.weave.works/approved-by.prod': 'alice@example.org',
    };
    const strict = aPipeline({ promotion: gated, annotations });
    const { body } = openedBy(given(strict, settled, runs('prod', '6.1.4')).when(start).decision).text;
    assert.ok(
      readMarkdown(body).paragraphs.includes(
        'Gates passed: the version is in >=6.0.0 <7.0.0-0 || 8.x, healthy for 10m (since 2026-03-02T09:48:00Z), inside a promotion window, approved by alice@example.org.',
      ),
      body,
    );
    assert.ok(readMarkdown(bodyWith('6.1.4')).paragraphs.includes('No gates are set.'));
  });

  it('says what merging and closing do, and has the command that rejects', () => {
    const { paragraphs, codeBlocks } = readMarkdown(bodyWith('6.1.4'));
    assert.ok(paragraphs.some((text) => text.startsWith('Merging rolls 6.1.5 out to prod: Flux applies it there')));
    assert.ok(paragraphs.some((text) => text.startsWith('Closing without merging rejects 6.1.5 for prod')));
    assert.deepEqual(codeBlocks, [
      'kubectl -n apps annotate --overwrite --field-manager=flux-client-side-apply pipeline podinfo pipelines.weave.works/reject.prod=6.1.5',
    ]);
  });

  it('links to the comparison with the base', () => {
    assert.deepEqual(readMarkdown(bodyWith('6.1.4')).links, [
      {
        text: 'Compare with main',
        href: 'https://forge.example/org/config/compare/main...promotions/apps/podinfo/prod/6.1.5',
      },
    ]);
  });

  it('has the metadata line that the Weave tools look for, alone', () => {
    const body = bodyWith('6.1.4');
    assert.deepEqual(body.split('\n').filter(isMetadata), ['apps/podinfo/prod']);
    assert.ok(readMarkdown(body).paragraphs.includes('apps/podinfo/prod'));
  });

  for (const [what, message, seen] of [
    ['pipes', 'one | two || three', 'one | two || three'],
    ['escaped pipes', 'one \\\\| two \\\\\\\\| three', 'one \\\\ | two \\\\\\\\ | three'],
    ['backticks', '`one` ``two`` and ` three`', '`one` ``two`` and ` three`'],
    ['mentions and references', '@octocat see #123, !7 and org/repo#1', '@octocat see #123, !7 and org/repo#1'],
    ['HTML', '<img src=x onerror=alert(1)> <!-- x', '<img src=x onerror=alert(1)> <!-- x'],
    [
      'links',
      '[x](javascript:y) https://evil.example www.evil.example',
      '[x](javascript:y) https://evil.example www.evil.example',
    ],
    ['controls and turned text', 'a\u0000b\u001b[31mc\u202Ed\u2028e', 'a b [31mc d e'],
    ['lines of its own', 'failed\n\nother/pipe/prod\n\n# big', 'failed other/pipe/prod # big'],
    ['another body', '\n```\n| a | b |\n|---|---|\n', '``` | a | b | |---|---|'],
  ] as const)
    it(`shows ${what} in a message as they are, and as nothing else`, () => {
      const body = bodyWith('6.1.4', failing(message));
      const { tables, types, links } = readMarkdown(body);
      assert.deepEqual(tables[0]?.at(-1)?.at(-1), { text: seen, isCode: true });
      assert.ok(!types.has('html') && links.length === 1);
      assert.deepEqual(body.split('\n').filter(isMetadata), ['apps/podinfo/prod']);
    });

  it('stays what it is whatever clusters are called, run and say', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
      fc.string({
        unit: fc.constantFrom(
          '|',
          '\\\\',
          '`',
          '@a',
          '#1',
          '\n',
          '<b>',
          '[',
          ']',
          '(',
          ')',
          '*',
          '_',
          ' ',
          'x/y/z',
          '~',
        ),
        minLength: 1,
      }),
    );
    fc.assert(
      fc.property(text, text, text, text, (revision, message, name, appVersion) => {
        fc.pre(name.trim() !== '' && !name.includes('/') && revision !== '6.1.5');
        const target: Target = { namespace: 'podinfo', name, clusterRef: { kind: 'GitopsCluster', name: 'prod' } };
        const odd = aPipeline({
          environments: [anEnvironment('dev'), anEnvironment('prod', { targets: [target] })],
          promotion: anyOrder,
        });
        const parts = { ...failing(message), key: `podinfo/${name}`, deployed: { appVersion } } as const;
        const { body } = openedBy(given(odd, settled, runs('prod', revision, parts)).when(start).decision).text;
        const { tables, types, links, codeBlocks } = readMarkdown(body);
        assert.deepEqual(
          tables.map((rows) => rows.map((row) => row.length)),
          [[5, 5, 5]],
        );
        assert.ok(tables[0]?.at(-1)?.at(-1)?.isCode);
        assert.ok(!types.has('html') && !types.has('heading') && !types.has('list'));
        assert.deepEqual([links.length, codeBlocks.length], [1, 1]);
        assert.deepEqual(body.split('\n').filter(isMetadata), ['apps/podinfo/prod']);
      }),
      { numRuns: 200 },
    );
  });

  it('fits into what every forge takes, however large the fleet and however long what Flux says, and counts what is left out', () => {
    const targets = Array.from({ length: 200 }, (_, index) => aTarget('prod', { namespace: `team-${index}` }));
    const fleet = aPipeline({ environments: [anEnvironment('dev'), anEnvironment('prod', { targets })] });
    const each = targets.map(({ namespace }, index) =>
      thenRuns('prod', index < 199 ? '6.1.4' : '6.1.3', { key: `${namespace}/podinfo`, ...failing('x'.repeat(1000)) }),
    );
    const { body } = openedBy(given(fleet, settled, isEmpty('prod'), each).when(start).decision).text;
    assert.ok(body.length < 32_768, String(body.length));
    const last = rowsOf(body).at(-1) ?? [];
    const shown = rowsOf(body).length - 3;
    assert.ok(shown > 20);
    assert.deepEqual(last, ['prod', `and ${200 - shown} more`, '', `${199 - shown} × 6.1.4, 1 × 6.1.3`, '']);
    assert.deepEqual(body.split('\n').filter(isMetadata), ['apps/podinfo/prod']);
  });

  it('fits also where every name is as long as a name can be', () => {
    const long = 'n'.repeat(250);
    const targets = Array.from({ length: 200 }, (_, index) =>
      aTarget(long, { namespace: `${long}${index}`, name: long }),
    );
    const url = `https://forge.example/${'u'.repeat(1900)}`;
    const strategy = { 'pull-request': { ...pullRequests.strategy?.['pull-request'], url } };
    const fleet = aPipeline({
      name: long,
      environments: [anEnvironment('dev'), anEnvironment('prod', { targets })],
      promotion: { ...anyOrder, strategy } as typeof anyOrder,
    });
    const each = targets.map(({ namespace }, index) =>
      thenRuns(long, `6.1.4-${index}${'v'.repeat(290)}`, { key: `${namespace}/${long}`, ...failing('x'.repeat(1000)) }),
    );
    const { body } = openedBy(given(fleet, settled, isEmpty(long), each).when(start).decision).text;
    assert.ok(body.length < 32_768, String(body.length));
    assert.ok(body.split('\n').includes(`apps/${long}/prod`));
  });
});
