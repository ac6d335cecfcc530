import assert from 'node:assert/strict';
import { FailureError, type Failure } from '../../src/model/failure.ts';

/** The failure that a promise rejects with; throws when it resolves, or rejects with anything else. */
export const failed = async (promise: Promise<unknown>): Promise<Failure> => {
  const error = await promise.then(
    () => assert.fail('it succeeded'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof FailureError, String(error));
  return error.failure;
};
