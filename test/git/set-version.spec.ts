import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseAllDocuments } from 'yaml';
import { markerComment } from '../../src/git/marker.ts';
import { revisionOf } from '../../src/decision/observe.ts';
import { setVersion } from '../../src/git/set-version.ts';
import { UnusableMarkerError } from '../../src/git/unusable-marker.ts';

const marker = { namespace: 'apps', pipeline: 'podinfo', environment: 'prod' };
const M = markerComment(marker);
const set = (text: string, revision = '6.1.5') => setVersion(text, marker, revision);

const editions: readonly (readonly [name: string, before: string, after: string])[] = [
  ['beside a plain scalar', `version: 6.1.4 ${M}\n`, `version: 6.1.5 ${M}\n`],
  ['in double quotes', `version: "6.1.4"   ${M}\n`, `version: "6.1.5"   ${M}\n`],
  ['in single quotes', `version: '6.1.4' ${M}\n`, `version: '6.1.5' ${M}\n`],
  ['above the key', `a:\n  ${M}\n  version: 6.1.4\n`, `a:\n  ${M}\n  version: 6.1.5\n`],
  ['above the key, further left', `a:\n${M}\n  version: 6.1.4\n`, `a:\n${M}\n  version: 6.1.5\n`],
  ['above a key whose value stands below', `${M}\nversion:\n  6.1.4\n`, `${M}\nversion:\n  6.1.5\n`],
  ['between the key and its value', `version: ${M}\n  6.1.4\n`, `version: ${M}\n  6.1.5\n`],
  ['in a list', `- 6.1.4 ${M}\n- 6.1.4\n`, `- 6.1.5 ${M}\n- 6.1.4\n`],
  ['above an item of a list', `- 6.1.4\n${M}\n- 6.1.4\n`, `- 6.1.4\n${M}\n- 6.1.5\n`],
  ['in a map in a list', `items:\n- name: x\n  version: 6.1.4 ${M}\n`, `items:\n- name: x\n  version: 6.1.5 ${M}\n`],
  ['without a newline at the end', `version: 6.1.4 ${M}`, `version: 6.1.5 ${M}`],
  ['with CRLF', `a: 1\r\nversion: 6.1.4 ${M}\r\nb: 2\r\n`, `a: 1\r\nversion: 6.1.5 ${M}\r\nb: 2\r\n`],
  ['above the key with CRLF', `${M}\r\nversion: 6.1.4\r\n`, `${M}\r\nversion: 6.1.5\r\n`],
  ['with a BOM', `\uFEFFversion: 6.1.4 ${M}\n`, `\uFEFFversion: 6.1.5 ${M}\n`],
  ['in a list behind a BOM', `\uFEFF- 6.1.4 ${M}\n- 2\n`, `\uFEFF- 6.1.5 ${M}\n- 2\n`],
  ['above the key behind a BOM', `\uFEFF${M}\nversion: 6.1.4\n`, `\uFEFF${M}\nversion: 6.1.5\n`],
  [
    'with tabs before and in the comment',
    `version: 6.1.4\t#\t${M.slice(2)}\t\n`,
    `version: 6.1.5\t#\t${M.slice(2)}\t\n`,
  ],
  ['in the second document', `a: 1\n---\nversion: 6.1.4 ${M}\n...\n`, `a: 1\n---\nversion: 6.1.5 ${M}\n...\n`],
  [
    'in flow style, alone on its line',
    `{\n  version: 6.1.4, ${M}\n  b: 1 }\n`,
    `{\n  version: 6.1.5, ${M}\n  b: 1 }\n`,
  ],
  ['behind a flow map of one value', `chart: { version: 6.1.4 } ${M}\n`, `chart: { version: 6.1.5 } ${M}\n`],
  ['behind an anchor and a tag', `version: &v !!str 6.1.4 ${M}\nb: *v\n`, `version: &v !!str 6.1.5 ${M}\nb: *v\n`],
  [
    'with other keys in the comment',
    `v: 6.1.4 # {"$promotion": "apps:podinfo:prod", "x": "y"}\n`,
    `v: 6.1.5 # {"$promotion": "apps:podinfo:prod", "x": "y"}\n`,
  ],
  [
    'several times, of several sorts',
    `a: "1" ${M}\nb: 6.1.5 ${M}\nc: 1 # c\nd: '2' ${M}\n`,
    `a: "6.1.5" ${M}\nb: 6.1.5 ${M}\nc: 1 # c\nd: '6.1.5' ${M}\n`,
  ],
  [
    'beside odd indentation and non-ASCII text',
    `a:\n    - "ü€𝄞": 6.1.4 ${M}\n      b: ß\n`,
    `a:\n    - "ü€𝄞": 6.1.5 ${M}\n      b: ß\n`,
  ],
  [
    'in a document that repeats a key',
    `version: 6.1.4 ${M}\nversion: 6.1.3\n`,
    `version: 6.1.5 ${M}\nversion: 6.1.3\n`,
  ],
  [
    'beside a document that is broken',
    `a: [1\n---\nversion: 6.1.4 ${M}\n--- # b\n{{ if }}\n`,
    `a: [1\n---\nversion: 6.1.5 ${M}\n--- # b\n{{ if }}\n`,
  ],
  [
    'under directives of its document',
    `a: 1\n...\n%TAG !e! tag:example.org,2000:\n---\nversion: !e!v 6.1.4 ${M}\n`,
    `a: 1\n...\n%TAG !e! tag:example.org,2000:\n---\nversion: !e!v 6.1.5 ${M}\n`,
  ],
  ['behind the end of a document', `a: 1\n...\nversion: 6.1.4 ${M}\n`, `a: 1\n...\nversion: 6.1.5 ${M}\n`],
  [
    'behind what only other standards take for a line break',
    `a: "b\u2028--- c\u2029---"\nd: ["\u2028%e"\n---\nversion: 6.1.4 ${M}\n`,
    `a: "b\u2028--- c\u2029---"\nd: ["\u2028%e"\n---\nversion: 6.1.5 ${M}\n`,
  ],
  [
    'beside what only other standards take for a line break',
    `a: "b\u2028--- c"\nversion: 6.1.4 ${M}\n`,
    `a: "b\u2028--- c"\nversion: 6.1.5 ${M}\n`,
  ],
  ['on the line of its document', `--- 6.1.4 ${M}\n--- 6.1.3\n`, `--- 6.1.5 ${M}\n--- 6.1.3\n`],
  ['behind an anchor, for its aliases too', `v: &v 6.1.4 ${M}\nb: *v\n`, `v: &v 6.1.5 ${M}\nb: *v\n`],
  ['behind a tag of nobody we know', `v: !env "6.1.4" ${M}\n`, `v: !env "6.1.5" ${M}\n`],
  ['that is a range', `version: ">=6.0.0 <7.0.0" ${M}\n`, `version: "6.1.5" ${M}\n`],
  ['of an explicit key', `? version\n: 6.1.4 ${M}\n`, `? version\n: 6.1.5 ${M}\n`],
  ['in JSON', `{\n  "version": "6.1.4", ${M}\n  "b": [1]\n}\n`, `{\n  "version": "6.1.5", ${M}\n  "b": [1]\n}\n`],
  [
    'for two environments, above and beside',
    `# {"$promotion": "apps:podinfo:dev"}\nversion: 6.1.4 ${M}\n`,
    `# {"$promotion": "apps:podinfo:dev"}\nversion: 6.1.5 ${M}\n`,
  ],
  [
    'that Flux’s image automation marks too',
    `tag: 6.1.4 # {"$imagepolicy": "flux-system:podinfo:tag", "$promotion": "apps:podinfo:prod"}\n`,
    `tag: 6.1.5 # {"$imagepolicy": "flux-system:podinfo:tag", "$promotion": "apps:podinfo:prod"}\n`,
  ],
  ['once, marked twice', `${M}\nversion: 6.1.4 ${M}\n`, `${M}\nversion: 6.1.5 ${M}\n`],
];

const ignored: readonly (readonly [name: string, text: string])[] = [
  [
    "another environment's marker",
    `v: 6.1.4 # {"$promotion": "apps:podinfo:prod-eu"}\nw: 6.1.4 # {"$promotion": "apps:podinfo:pre-prod"}\n`,
  ],
  [
    "another Pipeline's marker",
    `v: 6.1.4 # {"$promotion": "other:podinfo:prod"}\nw: 6.1.4 # {"$promotion": "my-apps:podinfo:prod"}\n`,
  ],
  ['a comment that is more than the marker', `v: 6.1.4 # see {"$promotion": "apps:podinfo:prod"}\n`],
  ['a comment whose other values are no strings', `v: 6.1.4 # {"$promotion": "apps:podinfo:prod", "n": 1}\n`],
  ['a marker within a string', `v: 'a ${M}'\nw: |\n  version: 6.1.4 ${M}\n`],
  ['a marker two lines above the key', `${M}\n\nversion: 6.1.4\n`],
  ['a marker beside another value, on the line above', `name: podinfo # x\n${M}\n# more\nversion: 6.1.4\n`],
  ['a marker over a map', `${M}\nspec:\n  version: 6.1.4\n`],
  ['broken YAML without the marker', `a: [1 # {"$promotion": "apps:podinfo:prod-eu"}\nb: {{ x }}\n`],
  [
    'broken YAML with the marker in a string only',
    `a: [1\nb: "${M.replaceAll('"', "'")} $promotion apps:podinfo:prod"\n`,
  ],
];

/** A marker with something behind it. */
const marked = (suffix: string) => markerComment({ ...marker, environment: `prod:${suffix}` });
const [T, N] = [marked('tag'), marked('name')];

const parts: readonly (readonly [name: string, before: string, after: string])[] = [
  ['the tag of an image', `image: ghcr.io/org/app:6.1.4 ${T}`, `image: ghcr.io/org/app:6.1.5 ${T}`],
  ['the tag of a quoted image', `image: "org/app:6.1.4" ${T}`, `image: "org/app:6.1.5" ${T}`],
  ['the tag behind a port', `i: localhost:5000/app:6.1.4 ${T}`, `i: localhost:5000/app:6.1.5 ${T}`],
  ['the tag of an image without a folder', `i: nginx:1.2 ${T}`, `i: nginx:6.1.5 ${T}`],
  ['the tag of an OCI URL', `u: oci://ghcr.io/charts/app:6.1.4 ${T}`, `u: oci://ghcr.io/charts/app:6.1.5 ${T}`],
  ['a tag alone', `newTag: 6.1.4 ${T}`, `newTag: 6.1.5 ${T}`],
  ['a tag that was a number', `newTag: 1.10 ${T}`, `newTag: 6.1.5 ${T}`],
  ['an empty tag', `newTag: "" ${T}`, `newTag: "6.1.5" ${T}`],
  ['the version of an archive', `file: chart-1.2.3.tgz ${N}`, `file: chart-6.1.5.tgz ${N}`],
  ['the version of a name', `name: 'podinfo-6.1.4' ${N}`, `name: 'podinfo-6.1.5' ${N}`],
  ['the version of a Git reference', `ref: refs/tags/v6.1.4 ${N}`, `ref: refs/tags/v6.1.5 ${N}`],
  ['a pre-release', `file: chart-1.2.3-rc.1.tar.gz ${N}`, `file: chart-6.1.5.tar.gz ${N}`],
  ['build metadata', `file: chart-1.2.3+build.7-x.tgz ${N}`, `file: chart-6.1.5.tgz ${N}`],
  [
    'every time that it stands in a URL',
    `- https://git.example/o/r/releases/download/v6.1.4/install-6.1.4.yaml?x=1 ${N}`,
    `- https://git.example/o/r/releases/download/v6.1.5/install-6.1.5.yaml?x=1 ${N}`,
  ],
  [
    'in a remote base',
    `- https://git.example/o/r//deploy?ref=v6.1.4 ${N}`,
    `- https://git.example/o/r//deploy?ref=v6.1.5 ${N}`,
  ],
  ['nothing else, without a suffix', `image: nginx:1.2 ${M}`, `image: 6.1.5 ${M}`],
];

const unusableParts: readonly (readonly [name: string, text: string, why: RegExp, revision?: string])[] = [
  ['an image without a tag', `i: ghcr.io/org/app ${T}`, /line 1 is marked as :tag, and has none/],
  ['an image behind a port without a tag', `i: localhost:5000/app ${T}`, /has none/],
  ['an image with a digest', `i: org/app:6.1.4@sha256:${'a'.repeat(64)} ${T}`, /pinned by its digest/],
  ['a revision that is no tag', `i: org/app:6.1.4 ${T}`, /which a b cannot be/, 'a b'],
  ['a name without a version', `name: podinfo-latest ${N}`, /no version like 1\.2\.3/],
  ['a name that goes on behind its version', `f: tool-6.1.4-linux-amd64.tar.gz ${N}`, /no version like 1\.2\.3/],
  ['a name of two versions', `f: 6.1.3/app-6.1.4.tgz ${N}`, /holds both 6\.1\.3 and 6\.1\.4/],
  ['a revision that would be lost in the name', `f: app-6.1.4.tgz ${N}`, /could not be told again/, '6.1.5-a-b'],
  ['a suffix that means nothing', `v: 6.1.4 ${marked('tags')}`, /marked as :tags, which is neither :tag nor :name/],
];

const unusable: readonly (readonly [name: string, text: string, why: RegExp])[] = [
  ['several values on the line', `{ name: podinfo, version: 6.1.4 } ${M}\n`, /line 1 can mean several values/],
  ['a block scalar', `a: 1\nversion: >- ${M}\n  6.1.4\n`, /line 2 is a block of text/],
  ['an alias', `v: &v 6.1.4\nversion: *v ${M}\n`, /line 2 is the alias \*v: mark the value that it stands for/],
  ['an alias in a later document', `a: &v 1\n---\nv: &v 6.1.4\nversion: *v ${M}\n`, /line 4 is the alias \*v/],
  ['no value', `version: ${M}\nb: 1\n`, /line 1 is not there/],
  ['a value of several lines', `# head\n${M}\nversion: "6.1\n  .4"\n`, /line 2 goes over several lines/],
  ['a tagged number', `version: !!float 6.1 ${M}\n`, /line 1 has a tag other than !!str/],
  ['broken YAML', `version: 6.1.4 ${M}\na: [1\nb: }\n`, /not valid YAML: line 3/],
  ['broken YAML in its document', `a: 1\n---\nv: 6.1.4 ${M}\nb: }\n`, /not valid YAML: line 4: \S/],
];

describe('git/set-version', () => {
  for (const [name, before, after] of editions)
    it(`replaces the scalar ${name}, and nothing else, once`, () => {
      const edit = set(before);
      assert.equal(edit.text, after);
      assert.ok(edit.changed > 0 && edit.changed <= edit.found);
      assert.deepEqual(set(after), { text: after, found: edit.found, changed: 0 });
    });

  for (const [name, text] of ignored)
    it(`does not take ${name} for a mark`, () => assert.deepEqual(set(text), { text, found: 0, changed: 0 }));

  for (const [name, text, why] of unusable)
    it(`refuses ${name} at the marker, and says where`, () =>
      assert.throws(
        () => set(text),
        (error) => error instanceof UnusableMarkerError && why.test(error.message),
      ));

  for (const [name, before, after] of parts)
    it(`replaces ${name}, once`, () => {
      assert.deepEqual(set(before), { text: after, found: 1, changed: 1 });
      assert.equal(set(after).changed, 0);
    });

  for (const [name, text, why, revision] of unusableParts)
    it(`refuses ${name}, and says why`, () =>
      assert.throws(
        () => set(text, revision),
        (error) => error instanceof UnusableMarkerError && why.test(error.message),
      ));

  it('writes build metadata into a tag as Helm and Flux do', () => {
    assert.equal(set(`tag: 6.1.4 ${T}`, '6.1.1+build.7').text, `tag: 6.1.1_build.7 ${T}`);
    assert.equal(set(`tag: 6.1.4 ${M}`, '6.1.1+build.7').text, `tag: 6.1.1+build.7 ${M}`);
  });

  it('leaves the v of a name to the name', () => {
    assert.equal(set(`- app-v6.1.4.tgz ${N}`, 'v6.1.5').text, `- app-v6.1.5.tgz ${N}`);
    assert.equal(set(`- app-6.1.4.tgz ${N}`, 'v6.1.5').text, `- app-6.1.5.tgz ${N}`);
  });

  it('quotes a tag that YAML reads as no string', () => {
    assert.equal(set(`newTag: 6.1.4 ${T}`, '1.10').text, `newTag: "1.10" ${T}`);
  });

  it('never gets to write the digest that Flux appends to the version of an OCI chart', () => {
    const deployed = { chartVersion: '6.6.1+0cc9a8446c95', ociDigest: `sha256:0cc9a8446c95${'0'.repeat(52)}` };
    const revision = revisionOf({ ...deployed, appVersion: undefined, lastDeployed: 0 });
    assert.equal(set(`tag: 6.6.0 ${M}`, revision).text, `tag: 6.6.1 ${M}`);
  });

  for (const revision of [
    '1.10',
    '1e3',
    '0x1',
    '017',
    '1_000',
    '10',
    'on',
    'y',
    'null',
    '2024-01-01',
    '.5',
    '1234e56',
    '',
  ])
    it(`quotes ${JSON.stringify(revision)}, which YAML reads as no string`, () => {
      const edit = set(`version: 6.1.4 ${M}\n`, revision);
      assert.equal(edit.text, `version: "${revision}" ${M}\n`);
      assert.equal(set(edit.text, revision).changed, 0);
    });

  it('quotes a value that reads as a number already', () => {
    assert.equal(set(`version: 1.10 ${M}\n`, '1.10').text, `version: "1.10" ${M}\n`);
  });

  for (const revision of ['6.1.5', 'v6.1.5', '6.1.1+build.7', '7.0.0-rc.1', '2024.1.1'])
    it(`leaves ${revision} bare`, () => assert.equal(set(`v: 1.0.0 ${M}\n`, revision).text, `v: ${revision} ${M}\n`));

  it('lets no revision, however odd, break out of its scalar', () => {
    const style = fc.constantFrom(['', ''], ['"', '"'], ["'", "'"]);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), style, (revision, [open = '', close = '']) => {
        const { text } = set(`a:\n  version: ${open}6.1.4${close} ${M}\nb: 2\n`, revision);
        const [document] = parseAllDocuments(text);
        assert.deepEqual(document?.toJS(), { a: { version: revision }, b: 2 });
      }),
    );
  });

  it('tells of each version before it is replaced, also where that is but a part of the value', () => {
    const items = [
      ...[`- 6.1.4 ${M}`, `- 6.1.5 ${M}`, `- 6.2.0_build.7 ${T}`],
      ...[`- registry:5000/podinfo:6.3.0 ${T}`, `- charts/podinfo-v6.4.0.tgz ${N}`],
    ];
    const told: string[] = [];
    setVersion(items.join('\n'), marker, '6.1.5', (version) => told.push(version));
    assert.deepEqual(told, ['6.1.4', '6.2.0+build.7', '6.3.0', '6.4.0']);
  });

  it('changes the bytes of marked scalars alone, in any file of marked and unmarked values', () => {
    const value = fc.constantFrom('6.1.4', '"6.1.4"', "'6.1.4'", '1.10', '"ü # x"', 'plain text', '[1, 2]', '{}');
    const scalar = fc.constantFrom('6.1.4', '"6.1.4"', "'6.1.4'", '1.10', 'v1', '"a \\" b"', "'it''s'", 'a#b');
    const line = fc.oneof(
      fc.record({
        marked: fc.constant(false),
        value,
        tail: fc.constantFrom('', ' # note', ' # {"$promotion": "apps:podinfo:dev"}'),
      }),
      fc.record({ marked: fc.constant(true), value: scalar, tail: fc.constantFrom(` ${M}`, `\t${M} `) }),
    );
    const file = fc.record({
      lines: fc.array(line),
      eol: fc.constantFrom('\n', '\r\n'),
      prefix: fc.constantFrom('', '\uFEFF', '# head\n', '---\n', 'a: 1\n---\n'),
      last: fc.boolean(),
    });
    fc.assert(
      fc.property(file, ({ lines, eol, prefix, last }) => {
        const write = (marked: (value: string) => string) =>
          prefix +
          lines
            .map(
              ({ marked: isMarked, value: text, tail }, index) => `k${index}: ${isMarked ? marked(text) : text}${tail}`,
            )
            .join(eol) +
          (last ? eol : '');
        const quote = (text: string) => (/^["']/.exec(text) ?? [''])[0];
        const before = write((text) => text);
        const after = write((text) => `${quote(text)}6.1.5${quote(text)}`);
        const edit = set(before);
        assert.equal(edit.text, after);
        assert.equal(edit.found, lines.filter(({ marked }) => marked).length);
        assert.equal(set(edit.text).changed, 0);
      }),
    );
  });
});
