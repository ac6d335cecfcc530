import assert from 'node:assert/strict';
import { described } from './described.ts';

const parameters = (text = '') => new URLSearchParams(text);
const list = 'GET /projects/{id}/merge_requests';

describe('support/forges/described', () => {
  const gitlab = described('gitlab');

  it('refuses a request that the forge does not describe', () => {
    gitlab.request(list, parameters('state=all&per_page=100'), undefined);
    assert.throws(() => gitlab.request(list, parameters('state=open'), undefined), /query of GET .* allowed values/);
    assert.throws(() => gitlab.request(list, parameters('head=x'), undefined), /additional properties/);
    assert.throws(() => gitlab.request('GET /pulls', parameters(), undefined), /has no GET \/pulls/);
    assert.throws(() => gitlab.request('POST /projects/{id}/merge_requests', parameters(), { title: 't' }), /required/);
    assert.throws(() => gitlab.request(list, parameters(), { title: 't' }), /body of GET/);
  });

  it('refuses an answer that the forge does not describe', () => {
    gitlab.answer(list, 404, { message: '404 Not found' });
    assert.throws(() => gitlab.answer(list, 404, { errors: [] }), /the 404 of GET/);
    assert.throws(() => gitlab.answer(list, 200, [{ iid: 1 }]), /the 200 of GET .* required/);
    assert.throws(() => gitlab.answer(list, 418, {}), /has no 418/);
  });
});
