/**
 * What should happen next, decided where a failure is noticed:
 * `retry` (again after a backoff), `wait` (for the thing that the message names), `give-up` (a person must act).
 */
export type Remedy = 'retry' | 'wait' | 'give-up';

/** Something that did not succeed, told to a person. `reason` is a CamelCase code, `message` says what, where and what to do. */
export interface Failure {
  readonly remedy: Remedy;
  readonly reason: string;
  readonly message: string;
  /** The earliest time a retry makes sense (milliseconds), where the other side said one. */
  readonly retryAfter?: number;
}

/** A Failure on its way up the stack. */
export class FailureError extends Error {
  readonly failure: Failure;
  constructor(failure: Failure, options?: ErrorOptions) {
    super(failure.message, options);
    this.name = 'FailureError';
    this.failure = failure;
  }
}

/** The failure that an unknown error stands for: its own, or an unexpected one that is tried again. */
export const failureOf = (error: unknown, doing: string): Failure =>
  error instanceof FailureError
    ? error.failure
    : {
        remedy: 'retry',
        reason: 'UnexpectedError',
        message: `${doing}: ${error instanceof Error ? error.message : String(error)}`,
      };
