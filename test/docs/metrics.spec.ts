import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { Registry } from 'prom-client';
import { createWorld } from '../../src/model/world.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';

const root = new URL('../../', import.meta.url);
const pages = async (): Promise<readonly string[]> => [
  'README.md',
  ...(await readdir(new URL('docs/', root))).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`),
];

describe('the metrics that the docs name', () => {
  it('are there', async () => {
    const registry = new Registry();
    createMetrics({ registry, version: '', clock: { now: () => 0 }, world: createWorld(), concurrency: 1, lease: '' });
    const named = await Promise.all(
      (await pages()).map(async (page) => {
        const text = await readFile(new URL(page, root), 'utf8');
        return [...text.matchAll(/\bleafwatch_[a-z_]+/g)].map(([name]) => ({ page, name }));
      }),
    );
    const isThere = (name: string): boolean =>
      [name, name.replace(/_(bucket|sum|count)$/, '')].some((one) => registry.getSingleMetric(one));
    const missing = named.flat().filter(({ name }) => !isThere(name));
    assert.deepEqual(missing, []);
    assert.ok(named.flat().length > 20);
  });
});
