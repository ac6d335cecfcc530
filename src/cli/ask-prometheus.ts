import { z } from 'zod';
import { webFetch } from '../web/web-fetch.ts';
import { wordsOf } from '../web/words-of.ts';
import { FailureError, failureOf, type Remedy } from '../model/failure.ts';
import { createAgents } from '../web/agents.ts';
import type { Answer } from '../web/answer.ts';
import { hostPortOf } from '../web/host-port.ts';
import { isLoopback, type Proxies } from '../web/proxies.ts';

/** One element of what a query has come to: its labels, and its value, which is a finite number. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Asks a Prometheus what a PromQL expression is at the moment of the report. */
export type AskPrometheus = (query: string) => Promise<readonly Sample[]>;

export interface PrometheusOptions {
  /** The address, to whose path `/api/v1/query` is added; a query of its own goes along with each question. */
  readonly url: string;
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly proxies: Proxies;
  /** For each question, milliseconds. */
  readonly timeout: number;
  /** The moment, milliseconds since the epoch. */
  readonly now: number;
}

/** An answer of ours has a sample for each environment of one Pipeline; bytes. */
const longestAnswer = 1024 ** 2;

const Vector = z.object({
  status: z.literal('success'),
  data: z.object({
    resultType: z.literal('vector'),
    result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) })),
  }),
  warnings: z.array(z.string()).optional(),
});

const reason = 'MetricsNotRead';

const failure = (message: string, remedy: Remedy = 'give-up'): FailureError =>
  new FailureError({ remedy, reason, message });

const todos: Readonly<Record<number, string>> = {
  401: ': give it what it asks for by --prometheus-headers',
  403: ': give it what it asks for by --prometheus-headers',
  404: ': name the address by --prometheus below which it has its /api/v1/query',
};

const samplesIn = async (answer: Answer, where: string): Promise<readonly Sample[]> => {
  const { status } = answer;
  if (status !== 200) throw failure(`${where} answers ${status} (${await wordsOf(answer)})${todos[status] ?? ''}`);
  const text = await answer.text();
  const vector = Vector.safeParse(parsed(text));
  if (!vector.success) throw failure(`${where} does not answer as a Prometheus does${todos[404]}`);
  const { data, warnings = [] } = vector.data;
  // Some of its stores were not there: a number that lacks theirs would be false.
  if (warnings.length > 0) throw failure(`${where} answers in part only: ${warnings[0]}`, 'retry');
  return data.result
    .map(({ metric, value: [, value] }) => ({ labels: metric, value: Number(value) }))
    .filter(({ value }) => Number.isFinite(value));
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const addressOf = ({ url, timeout, now }: PrometheusOptions, query: string): URL => {
  const address = new URL(url);
  address.pathname = `${address.pathname.replace(/\/+$/, '')}/api/v1/query`;
  address.searchParams.set('query', query);
  address.searchParams.set('time', String(now / 1000));
  address.searchParams.set('timeout', `${timeout / 1000}s`);
  // Thanos: an answer without some of the stores is none.
  address.searchParams.set('partial_response', 'false');
  return address;
};

/** By its name: a tenant's, for instance, holds none. */
const holdsCredentials = (header: string): boolean => /auth|cookie|key|secret|token/.test(header);

const refuseInsecure = ({ url, headers }: PrometheusOptions): void => {
  const address = new URL(url);
  const isSafe = address.protocol === 'https:' || isLoopback(hostPortOf(address).host);
  if (isSafe || !Object.keys(headers).some(holdsCredentials)) return;
  throw failure(
    `${address.origin} is an http: address, over which the credentials would go in clear: write it with https:, or ask it through kubectl port-forward`,
  );
};

/** The same failure with every header's value struck out, should a server have repeated it. */
const strikeOut = (error: unknown, { headers }: PrometheusOptions): FailureError => {
  const { message, ...rest } = failureOf(error, 'asking Prometheus');
  const secrets = Object.values(headers).flatMap((value) => [value, value.slice(value.lastIndexOf(' ') + 1)]);
  return new FailureError({
    ...rest,
    message: secrets
      .filter(({ length }) => length > 5)
      .reduce((text, secret) => text.replaceAll(secret, '***'), message),
  });
};

/**
 * Instant queries of Prometheus' HTTP API. Values that are no number (NaN, infinite) are left out. What it throws are FailureErrors that say what to do; a
 * secret of the headers is in none of them, and they are not sent over the network in clear.
 */
export const askPrometheus = (options: PrometheusOptions): AskPrometheus => {
  const { headers, proxies, timeout, now } = options;
  const fetch = webFetch({
    now: () => now,
    limits: { silence: timeout, total: timeout, size: longestAnswer },
    agents: createAgents(proxies),
    moved: {
      reason,
      todo: 'name its own address by --prometheus, or give it what it asks for by --prometheus-headers',
    },
  });
  const { origin } = new URL(options.url);
  return async (query) => {
    try {
      refuseInsecure(options);
      const answer = await fetch(addressOf(options, query).href, {
        headers: { accept: 'application/json', ...headers },
      });
      return await samplesIn(answer, origin);
    } catch (error) {
      throw strikeOut(error, options);
    }
  };
};
