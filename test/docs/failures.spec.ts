import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { failureReasons, type GivenReason } from '../support/failure-reasons.ts';

/** Where the reasons of a section come from, below `src`. */
const sections: readonly (readonly [title: string, from: RegExp])[] = [
  ['Promotions by pull request', /^(forge|git|web|model|sinks(?!\/keep-evidence))\b/],
  ['Promotions that are handed over', /^voice\b/],
  ['The API server of the management cluster', /^kube\/call\/api-call/],
  ['Clusters', /^(sources|kube\/(watch|kubeconfig)|cli)\b/],
  ['The program', /^([a-z-]+\.ts|http\/|sinks\/keep-evidence|kube\/call\/(api-call|management))/],
];
/** A kubeconfig without a cluster is noticed where calls are made. */
const ofTheProgram = new Set(['NoCluster']);

const remedies: Readonly<Record<string, string>> = {
  'by itself': 'retry',
  'once it is there': 'wait',
  'a person': 'give-up',
};

interface Row {
  readonly reason: string;
  readonly remedies: readonly string[];
}

const rowsIn = (page: string, title: string): readonly Row[] => {
  const [, after = ''] = page.split(`\n## ${title}\n`);
  const [section = ''] = after.split('\n## ');
  return section.split('\n').flatMap((line) => {
    const [, reason, said = ''] = /^\| `(\w+)` +\| ([^|]+?) +\|/.exec(line) ?? [];
    return reason === undefined ? [] : [{ reason, remedies: said.split(' or ').map((one) => remedies[one] ?? one) }];
  });
};

const isIn = (title: string, from: RegExp, { path, reason }: GivenReason): boolean =>
  from.test(path) && (!path.endsWith('api-call.ts') || ofTheProgram.has(reason) === (title === 'The program'));

describe('docs/reference/failures.md', () => {
  let page: string;
  let given: readonly GivenReason[];
  before(async () => {
    page = await readFile(new URL('../../docs/reference/failures.md', import.meta.url), 'utf8');
    given = await failureReasons();
  });

  for (const [title, from] of sections) {
    it(`names each reason that the code gives, and no other: ${title}`, () => {
      const found = new Set(given.filter((one) => isIn(title, from, one)).map(({ reason }) => reason));
      const named = rowsIn(page, title).map(({ reason }) => reason);
      assert.deepEqual(named, [...found].sort());
    });

    it(`names the remedies that the code gives: ${title}`, () => {
      for (const { reason, remedies: named } of rowsIn(page, title)) {
        const all = given.filter((one) => isIn(title, from, one) && one.reason === reason);
        // What an API server answers is told by one word with another remedy where it is the request that is wrong.
        const known = new Set(all.filter(({ path }) => !path.endsWith('api-call.ts')).flatMap((one) => one.remedies));
        if (known.size > 0) assert.deepEqual([...named].sort(), [...known].sort(), reason);
      }
    });
  }

  it('has a section for each reason', () => {
    const nowhere = given.filter((one) => !sections.some(([title, from]) => isIn(title, from, one)));
    assert.deepEqual(nowhere, []);
    assert.ok(given.length > 100);
  });
});
