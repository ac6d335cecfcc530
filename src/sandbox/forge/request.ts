/** A request to the API, as a route gets it. */
export interface Request {
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
  /** The part of the path that the route leaves open: a number or a ref. */
  readonly part: string;
  /** Whether the one who asks may write. */
  readonly writes: boolean;
}

export const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
