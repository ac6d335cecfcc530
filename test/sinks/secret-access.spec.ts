import assert from 'node:assert/strict';
import { secretAccess } from '../../src/sinks/secret-access.ts';

describe('sinks/secret-access', () => {
  it('takes the line break at the end of a file for no part of what the Secret holds', () => {
    const data = { username: 'robot\n', password: 'the-password\r\n', token: 'the-token\n' };
    assert.deepEqual(secretAccess('apps/forge', data), {
      ...{ username: 'robot', password: 'the-password', token: 'the-token' },
      ca: undefined,
    });
    const app = { githubAppID: '1\n', githubAppInstallationID: '2\n', githubAppPrivateKey: 'key\n' };
    assert.deepEqual(secretAccess('apps/forge', app).token, { appId: '1', installationId: '2', privateKey: 'key' });
  });
});
