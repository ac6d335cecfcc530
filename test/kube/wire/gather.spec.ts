import assert from 'node:assert/strict';
import { gather } from '../../../src/kube/wire/gather.ts';

describe('gather', () => {
  it('puts together what was added, in its order, each time anew', () => {
    const gathered = gather(1000, 'it');
    for (const piece of ['a', '', 'bc']) gathered.add(Buffer.from(piece));
    assert.equal(gathered.size(), 3);
    const whole = gathered.take(Buffer.from('d'));
    gathered.add(Buffer.from('e'));
    assert.equal(whole.toString(), 'abcd');
    assert.equal(gathered.take(Buffer.from('f')).toString(), 'ef');
    assert.equal(gathered.take(Buffer.from('g')).toString(), 'g');
  });

  it('keeps what it has gathered when it grows', () => {
    const gathered = gather(1_000_000, 'it');
    for (let count = 0; count < 100_000; count += 1) gathered.add(Buffer.from('abc'));
    assert.equal(gathered.take(Buffer.from('')).toString(), 'abc'.repeat(100_000));
  });

  it('refuses what is too much', () => {
    const gathered = gather(3, 'it');
    gathered.add(Buffer.from('abc'));
    assert.throws(() => gathered.add(Buffer.from('d')), /it is longer than 3 bytes/);
  });
});
