import assert from 'node:assert/strict';
import type { RepositoryChange } from '../../src/git/repositories.ts';
import { FailureError } from '../../src/model/failure.ts';
import { remake } from '../../src/sinks/remake.ts';
import { aPromotion } from '../support/a-promotion.ts';
import { aFailure } from '../support/builders.ts';

describe('sinks/remake', () => {
  it('leaves no branch behind where the pull request has ended since it was listed', async () => {
    const asked: RepositoryChange[] = [];
    const repositories = {
      proposeChange: (change: RepositoryChange) => {
        asked.push(change);
        return Promise.reject(new FailureError(aFailure({ message: 'it is gone' })));
      },
      lookAt: () => assert.fail(),
      removeBranch: () => assert.fail(),
    };
    const promotion = aPromotion('https://git.example/org/config', 'github');
    const { branch } = promotion.text;
    const pull = { url: 'https://git.example/1', number: 1, branch, base: 'main', head: 'abc', state: 'open' } as const;
    const git = { credentials: { username: 'robot', password: 'secret' }, fetch: () => assert.fail() };
    assert.deepEqual(await remake({ repositories }, { git }, promotion, pull), {
      type: 'as-it-was',
      trouble: 'pull request 1 conflicts with main: it is gone',
    });
    assert.deepEqual(
      asked.map(({ anew, forwardOnly }) => [anew, forwardOnly]),
      [[true, true]],
    );
  });
});
