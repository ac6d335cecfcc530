import assert from 'node:assert/strict';
import { fitted } from '../../src/forge/fitted.ts';

describe('forge/fitted', () => {
  it('leaves a text that fits, and tells where one was cut', () => {
    assert.equal(fitted('123456', 6), '123456');
    assert.equal(fitted('1234567', 6), '12345…');
  });

  it('cuts no character in two', () => {
    assert.equal(fitted('1234🚀7', 6), '1234…');
    assert.equal(fitted('123🚀67', 6), '123🚀…');
  });
});
