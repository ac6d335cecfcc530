import { connect } from 'node:net';

/** What so many requests came to: of each the milliseconds until it was answered. */
interface Posted {
  readonly latencies: readonly number[];
}

const answered = /^HTTP\/1\.1 202 /;

/** Keeps this process awake until `stop`: to wake one that sleeps would be paid by the server, and only by one that is slow enough to let it sleep. */
const stayAwake = () => {
  let awake = true;
  const turn = () => {
    if (awake) setImmediate(turn);
  };
  turn();
  return { stop: () => (awake = false) };
};

/** Sends the same bytes so many times over so many connections, on each one after the other; rejects when one is not answered with 202. */
export const postMany = async (url: string, request: Buffer, count: number, connections: number): Promise<Posted> => {
  const { hostname, port } = new URL(url);
  const latencies: number[] = [];
  let left = count;
  const speak = () =>
    new Promise<void>((resolve, reject) => {
      const socket = connect({ host: hostname, port: Number(port), noDelay: true });
      let sent = 0;
      const send = () => {
        if (left <= 0) {
          socket.end();
          return;
        }
        left -= 1;
        sent = performance.now();
        socket.write(request);
      };
      socket.on('connect', () => send());
      // The answers are short: each comes in one piece.
      socket.on('data', (piece) => {
        if (!answered.test(piece.toString('latin1'))) {
          reject(new Error(`not heard: ${piece.toString('latin1').split('\r\n')[0] ?? ''}`));
          socket.destroy();
          return;
        }
        latencies.push(performance.now() - sent);
        send();
      });
      socket.on('error', reject);
      socket.on('close', () => resolve());
    });
  const { stop } = stayAwake();
  try {
    await Promise.all(Array.from({ length: connections }, speak));
  } finally {
    stop();
  }
  return { latencies };
};
