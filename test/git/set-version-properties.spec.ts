import assert from 'node:assert/strict';
import fc from 'fast-check';
import { documentsOf } from '../../src/git/documents-of.ts';
import { setVersion } from '../../src/git/set-version.ts';
import { UnusableMarkerError } from '../../src/git/unusable-marker.ts';
import { sourceOf, wantedBy, yamlFile } from '../support/arbitrary-yaml.ts';
import { marker, type Piece } from '../support/arbitrary-yaml-value.ts';
import { leavesOf, readers } from '../support/yaml-readers.ts';

const textOf = (pieces: readonly Piece[]): string => pieces.map(sourceOf).join('');

/** Takes the fixed pieces off a text, in their order, and counts the scalars between them, each of which says the revision. */
const countBetween = (pieces: readonly Piece[], text: string, revision: string): number => {
  let count = 0;
  let rest = text;
  for (const piece of pieces) {
    const candidates = [];
    if (typeof piece === 'string') candidates.push(piece);
    else {
      const wanted = wantedBy(piece, revision);
      // A bare value may need quotes; quotes stay as they are.
      candidates.push(
        ...['"', "'", '']
          .filter((quote) => !piece.quote || quote === piece.quote)
          .map((quote) => quote + wanted + quote),
      );
      count += 1;
    }
    const found = candidates.find((candidate) => rest.startsWith(candidate));
    assert.ok(found !== undefined, `at ${JSON.stringify(rest.slice(0, 60))} expected ${JSON.stringify(candidates)}`);
    rest = rest.slice(found.length);
  }
  assert.equal(rest, '');
  return count;
};

const revisions = fc.oneof(
  fc.stringMatching(/^v?\d{1,3}\.\d{1,3}\.\d{1,3}(-[0-9a-z]{1,4}(\.[0-9a-z]{1,4})?)?(\+[0-9a-z]{1,4})?$/),
  fc.stringMatching(/^[0-9.eExXob_+-]{1,6}$/),
  fc.stringMatching(/^\d{1,4}[-:.]\d{2}[-:.]\d{2}$/),
  fc.constantFrom(
    '1.10',
    '1e3',
    '017',
    '0o17',
    '0x1f',
    '0b1',
    '1_000',
    '1:20',
    '190:20:30',
    '.inf',
    '.nan',
    '~',
    'null',
    'NULL',
  ),
  fc.constantFrom(
    'y',
    'N',
    'yes',
    'Off',
    'true',
    'False',
    '=',
    '<<',
    '-',
    '---',
    '2024-01-01',
    '1.',
    '.5',
    '+1',
    '0.1e1',
  ),
);

/** What can be a tag, and can be told in a name. */
const ordinary = /^v?\d+\.\d+\.\d+(-[a-z]\w{0,3}(\.\d+)?)?(\+\w+)?$/;

describe('setVersion, in generated files', () => {
  const seed = Number(process.env['LEAFWATCH_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  const numRuns = Number(process.env['LEAFWATCH_SEEDS'] ?? 15) * 10;

  it(`changes the bytes of marked scalars alone, once, to the revision as a string (seed ${seed})`, function () {
    this.timeout(20_000 + 100 * numRuns);
    let marked = 0;
    fc.assert(
      fc.property(yamlFile, revisions, ({ pieces, saysVersion }, revision) => {
        const before = textOf(pieces);
        const scalars = pieces.filter((piece) => typeof piece !== 'string');
        if (scalars.some(({ part }) => part !== 'all') && !ordinary.test(revision)) {
          // What is refused is told, and what is not is right.
          try {
            setVersion(before, marker, revision);
          } catch (error) {
            assert.ok(error instanceof UnusableMarkerError);
            return;
          }
        }
        const edit = setVersion(before, marker, revision);
        assert.equal(edit.found, countBetween(pieces, edit.text, revision));
        assert.deepEqual(setVersion(edit.text, marker, revision), { text: edit.text, found: edit.found, changed: 0 });
        marked += scalars.length;
        const wanted = new Set<unknown>(scalars.map((scalar) => wantedBy(scalar, revision)));
        for (const [name, read] of readers) {
          if (saysVersion && name.includes('1.1')) continue;
          // A tag that only its users know is an error to js-yaml.
          if (name.startsWith('js-yaml') && before.includes('!env ')) continue;
          const [old, now] = [leavesOf(read(before)), leavesOf(read(edit.text))];
          assert.deepEqual([...now.keys()], [...old.keys()], name);
          for (const [path, value] of now)
            if (!Object.is(value, old.get(path)) && !(value instanceof Date))
              assert.ok(wanted.has(value), `${name} ${path}: ${String(value)}`);
          const saying = [...now.values()].filter((value) => wanted.has(value)).length;
          assert.ok(saying >= scalars.length, `${name}: ${saying} of ${scalars.length} read back`);
        }
      }),
      { seed, numRuns },
    );
    assert.ok(marked > numRuns, `only ${marked} marked scalars`);
  });

  it(`reads each document as it reads in its stream (seed ${seed})`, function () {
    this.timeout(20_000 + 100 * numRuns);
    fc.assert(
      fc.property(yamlFile, ({ pieces }) => {
        const text = textOf(pieces);
        const slices = documentsOf(text);
        assert.equal(slices.map((slice) => slice.text).join(''), text);
        const [[, read] = ['', () => []]] = readers;
        const values = slices.flatMap((slice) => read(slice.text)).filter((value) => value !== null);
        assert.deepEqual(
          values,
          read(text).filter((value) => value !== null),
        );
      }),
      { seed, numRuns },
    );
  });
});
