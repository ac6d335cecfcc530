import assert from 'node:assert/strict';
import { holdsUnderFaults } from './random-history.ts';
import { row } from './rows.ts';

const count = Number(process.env['LEAFWATCH_SEEDS'] ?? 50);
const only = process.env['LEAFWATCH_SEED'];
const seeds = only === undefined ? Array.from({ length: count }, (_, index) => index + 1) : [Number(only)];

/** Seeds at a time: each mostly waits. */
const width = 6;

row('any sequence of faults', () => {
  it(`holds for ${seeds.length} random histories under random faults: the reader ends with what the server holds, and was shown nothing that never was`, async function () {
    this.timeout(30_000 + seeds.length * 3_000);
    const left = [...seeds];
    const failures: string[] = [];
    const work = async () => {
      for (let seed = left.shift(); seed !== undefined; seed = left.shift()) {
        const why = await holdsUnderFaults(seed).then(
          () => undefined,
          (error: unknown) => (error instanceof Error ? error.message : String(error)),
        );
        if (why !== undefined)
          failures.push(`LEAFWATCH_SEED=${seed} npx mocha test/faults/property.spec.ts repeats:\n${why}`);
      }
    };
    await Promise.all(Array.from({ length: width }, work));
    assert.equal(failures.length, 0, failures.join('\n\n'));
  });
});
