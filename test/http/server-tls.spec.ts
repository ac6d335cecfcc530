import assert from 'node:assert/strict';
import { once } from 'node:events';
import https from 'node:https';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect as connectByTls } from 'node:tls';
import { listen, type Listening, type ListenOptions } from '../../src/http/server.ts';
import { createCertificate } from '../../src/sandbox/api-server/certificate.ts';

describe('listen by TLS', () => {
  let pair: Awaited<ReturnType<typeof createCertificate>>;
  const told: unknown[] = [];
  before(async () => {
    pair = await createCertificate();
  });
  beforeEach(() => void (told.length = 0));

  const start = async (limits: NonNullable<ListenOptions['limits']> = {}) => {
    const server = await listen('127.0.0.1:0', (_, response) => response.end('hello'), {
      certificate: {
        read: () => ({ cert: Buffer.from(pair.cert), key: Buffer.from(pair.key) }),
        onChange: () => () => undefined,
      },
      limits,
      onUnreadable: (answer, address) => told.push([answer, address]),
    });
    return { server, port: Number(new URL(server.url).port) };
  };
  /** What somebody gets who says this over TCP. */
  const answeredTo = async (port: number, sent: string): Promise<number> => {
    const peer = connect(port, '127.0.0.1', () => peer.write(sent));
    peer.on('error', () => undefined).resume();
    await once(peer, 'close');
    return peer.bytesRead;
  };
  const closes = async (server: Listening): Promise<void> => {
    let late: NodeJS.Timeout | undefined;
    const ended = await Promise.race([
      server.close().then(() => 'closed'),
      new Promise((resolve) => (late = setTimeout(resolve, 5_000, 'still open'))),
    ]);
    clearTimeout(late);
    assert.equal(ended, 'closed');
  };

  it('cuts off who begins no handshake, and says so', async () => {
    const { server, port } = await start({ handshakeTimeout: 50 });
    assert.equal(await answeredTo(port, ''), 0);
    assert.deepEqual(told, [[{ status: 408, text: 'the TLS handshake was not there in time' }, '127.0.0.1']]);
    await closes(server);
  });

  it('cuts off who speaks no TLS', async () => {
    const { server, port } = await start();
    await answeredTo(port, 'GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    assert.deepEqual(told, []);
    await closes(server);
  });

  it('answers what is no HTTP, through TLS', async () => {
    const { server, port } = await start();
    const peer = connectByTls({ port, host: '127.0.0.1', rejectUnauthorized: false }, () =>
      peer.write('hello?\r\n\r\n'),
    );
    assert.match(await text(peer), /^HTTP\/1\.1 400 Bad Request\r\nConnection: close\r\n\r\n$/);
    assert.deepEqual(told, [[{ status: 400, text: 'the request is not HTTP' }, '127.0.0.1']]);
    await closes(server);
  });

  it('ends in time although a peer is still in its handshake', async () => {
    const { server, port } = await start({ handshakeTimeout: 60_000 });
    const silent = connect(port, '127.0.0.1');
    silent.on('error', () => undefined);
    await once(silent, 'connect');
    await closes(server);
    silent.destroy();
  });

  it('gives a place back that a handshake took, also one that fails', async () => {
    const { server, port } = await start();
    const ask = () =>
      new Promise<number | undefined>((resolve, reject) => {
        https
          .get({ port, host: '127.0.0.1', agent: false, rejectUnauthorized: false }, (response) => {
            response.resume().on('end', () => resolve(response.statusCode));
          })
          .on('error', reject);
      });
    for (let batch = 0; batch < 6; batch += 1)
      await Promise.all(Array.from({ length: 100 }, () => answeredTo(port, 'hello?\r\n\r\n')));
    assert.equal(await ask(), 200);
    await closes(server);
  });
});
