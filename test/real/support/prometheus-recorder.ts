import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { questionIn, type RecordedAnswer } from '../../support/recorded-prometheus.ts';

/** A server before a Prometheus that keeps its answers, each question once, in an order of their own. */
export const startPrometheusRecorder = async (behind: string) => {
  const answers = new Map<string, RecordedAnswer>();
  const { origin, pathname } = new URL(behind);
  const server = createServer((request, response) => {
    const url = request.url ?? '';
    void fetch(`${origin}${url}`).then(async (answer) => {
      const text = await answer.text();
      const { status } = answer;
      answers.set(url, { ...questionIn(url), status, answer: parsed(text) });
      response.writeHead(status, { 'content-type': answer.headers.get('content-type') ?? '' }).end(text);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${pathname}`,
    answers: () => [...answers].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, answer]) => answer),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};
