/** No answer came at all. */
export class UnreachableError extends Error {
  constructor(cause: unknown) {
    super(textOfError(cause), { cause });
    this.name = 'UnreachableError';
  }
}

/** Node tells a refusal over several addresses as an AggregateError without a message. */
export const textOfError = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return error.message || code;
};
