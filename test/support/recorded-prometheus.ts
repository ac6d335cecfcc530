import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A question to Prometheus, and what it answered: JSON, or text that is none. */
export interface RecordedAnswer {
  readonly path: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly status: number;
  readonly answer: unknown;
}

/** Where the answers of a real Prometheus to what `test/contract/prometheus-contract.ts` asks are kept. */
export const recordedAnswers = new URL('../fixtures/prometheus.json', import.meta.url);

/** What is asked by a request, apart from the server. */
export const questionIn = (url: string): Pick<RecordedAnswer, 'path' | 'parameters'> => {
  const { pathname: path, searchParams } = new URL(url, 'http://prometheus');
  return { path, parameters: Object.fromEntries(searchParams) };
};

/** Starts a server that gives the recorded answers; what was not asked then is answered by 500. */
export const startRecordedPrometheus = async () => {
  const recorded = JSON.parse(readFileSync(recordedAnswers, 'utf8')) as readonly RecordedAnswer[];
  const keyOf = ({ path, parameters }: Pick<RecordedAnswer, 'path' | 'parameters'>) =>
    JSON.stringify([path, parameters]);
  const answers = new Map(recorded.map((one) => [keyOf(one), one]));
  const server = createServer(({ url = '' }, response) => {
    const { status, answer } = answers.get(keyOf(questionIn(url))) ?? { status: 500, answer: `not recorded: ${url}` };
    const isText = typeof answer === 'string';
    response.writeHead(status, { 'content-type': isText ? 'text/plain' : 'application/json' });
    response.end(isText ? answer : JSON.stringify(answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  return { url: `http://127.0.0.1:${port}/prometheus`, close };
};
