import assert from 'node:assert/strict';
import { runModel } from './run-model.ts';

const count = Number(process.env['LEAFWATCH_SEEDS'] ?? 60);
const steps = Number(process.env['LEAFWATCH_STEPS'] ?? 300);
const only = process.env['LEAFWATCH_SEED'];
const seeds = only === undefined ? Array.from({ length: count }, (_, index) => index + 1) : [Number(only)];

describe('a Leafwatch in a random world', () => {
  it(`promotes only what is right, and in the end all of that, in ${seeds.length} worlds of ${steps} steps`, async function () {
    this.timeout(30_000 + seeds.length * steps * 20);
    for (const seed of seeds) {
      const { failure, log } = await runModel(seed, steps);
      assert.equal(
        failure,
        undefined,
        `LEAFWATCH_SEED=${seed} LEAFWATCH_STEPS=${steps} npx mocha test/model-based/model.spec.ts repeats:\n${failure}\n${log.slice(only === undefined ? -40 : 0).join('\n')}`,
      );
    }
  });
});
