import assert from 'node:assert/strict';
import { readRefusal } from '../../../src/kube/wire/refusal.ts';

const nothing = async function* (): AsyncGenerator<Buffer> {
  // An answer without a body.
};

describe('readRefusal', () => {
  it('says what the server calls the status where there is no body, and no more of it than of a body', async () => {
    const told = async (statusText: string) =>
      (await readRefusal({ status: 503, statusText, headers: {} }, nothing(), 0)).message;
    assert.equal(await told('Service Unavailable'), 'Service Unavailable');
    assert.equal((await told('a.'.repeat(30_000))).length, 500);
  });
});
