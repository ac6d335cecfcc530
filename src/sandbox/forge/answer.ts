/** What the forge says: a status and, but for 204 and 304, a JSON body. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const documentation_url = 'https://docs.github.com/rest';

export const ok = (body: unknown): Answer => ({ status: 200, body });
export const created = (body: unknown): Answer => ({ status: 201, body });

/** A refusal in GitHub's words. */
export const refused = (status: number, message: string, errors?: readonly object[]): Answer => ({
  status,
  body: { message, ...(errors && { errors }), documentation_url, status: String(status) },
});

export const notFound: Answer = refused(404, 'Not Found');

/** `422`: what is asked for cannot be. */
export const invalid = (...errors: readonly object[]): Answer => refused(422, 'Validation Failed', errors);
