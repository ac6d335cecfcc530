import { FailureError } from '../model/failure.ts';
import type { AnswerHeaders } from '../web/answer.ts';
import { forgeRefusal } from './forge-refusal.ts';
import type { ForgeRepository } from './forge-repository.ts';
import type { ForgeAccess } from './forge.ts';
import { wordsOf } from '../web/words-of.ts';

interface RestRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Sent as JSON. */
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** Statuses of 300 and more that are an answer here, and no refusal. */
  readonly expected?: readonly number[];
}

export interface RestAnswer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  /** The JSON of an answer below 300; undefined where there is none. */
  readonly body: unknown;
  /** What an expected answer of 300 and more stands for, for those that can do nothing with it after all. */
  readonly refusal?: FailureError;
}

/** One request below the API's address; `doing` begins the sentence of a failure. */
export type Rest = (doing: string, path: string, request?: RestRequest) => Promise<RestAnswer>;

/** A forge answers in JSON; a page for people comes from something that stands where no API is. */
export const notAnApi = (doing: string, { host, owner, name }: ForgeRepository): FailureError =>
  new FailureError({
    remedy: 'give-up',
    reason: 'NotAForge',
    message: `${doing} in ${owner}/${name}: ${host} answers with something else than JSON: check the strategy's type and url, and that no login page stands before the forge's API`,
  });

const jsonOf = (text: string): { readonly body: unknown } | undefined => {
  try {
    return { body: text === '' ? undefined : JSON.parse(text) };
  } catch {
    return undefined;
  }
};

/** Asks a forge's API at `api` in JSON, with `headers` in each request; what it refuses is a FailureError. */
export const createRest =
  (
    repository: ForgeRepository,
    api: string,
    { fetch, now }: Pick<ForgeAccess, 'fetch' | 'now'>,
    headers: Readonly<Record<string, string>>,
  ): Rest =>
  async (doing, path, { method = 'GET', body, headers: more, expected = [] } = {}) => {
    const response = await fetch(api + path, {
      method,
      headers: {
        ...headers,
        accept: 'application/json',
        ...(body && { 'content-type': 'application/json' }),
        ...more,
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const { status, headers: answered } = response;
    if (status < 300) {
      const json = jsonOf(await response.text());
      if (!json) throw notAnApi(doing, repository);
      return { status, headers: answered, ...json };
    }
    // Read in any case: an answer that nobody reads keeps its connection, and with it the process.
    const words = await wordsOf(response);
    const refusal = forgeRefusal(doing, repository, { status, headers: answered, words }, now());
    if (!expected.includes(status)) throw refusal;
    return { status, headers: answered, body: undefined, refusal };
  };
