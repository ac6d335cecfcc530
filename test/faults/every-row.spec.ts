import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { rows } from './rows.ts';

const folder = new URL('./', import.meta.url);

describe('the fault table', () => {
  it('has a test for each of its rows', () => {
    const suites = readdirSync(folder)
      .filter((file) => file.endsWith('.spec.ts'))
      .map((file) => readFileSync(new URL(file, folder), 'utf8'))
      .flatMap((source) => source.split(/^\s*row\(\s*/m).slice(1));
    for (const name of rows) {
      const suite = suites.find((text) => text.startsWith(`'${name}'`));
      assert.match(suite ?? '', /^\s*it\(/m, `no test for: ${name}`);
    }
  });
});
