import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import tls, { type TLSSocket } from 'node:tls';
import { connect, connectTo } from '../../../src/kube/wire/connection.ts';
import type { Credentials } from '../../../src/kube/wire/credentials.ts';
import { createCertificate } from '../../../src/sandbox/api-server/certificate.ts';
import { eventually } from '../../support/eventually.ts';
import { startScriptedServer } from '../../support/scripted-server.ts';
import { textOf } from '../../support/text-of.ts';

const { signal } = new AbortController();

describe('connection', () => {
  let ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.reverse()) await end();
    ends = [];
  });

  const startTls = async () => {
    const { cert, key } = await createCertificate();
    const seen: string[] = [];
    const server = createTlsServer({ cert, key }, (request, response) => {
      seen.push(`${request.headers.authorization ?? ''} ${request.url ?? ''}`);
      response.end('{}');
    });
    let connections = 0;
    server.on('secureConnection', () => (connections += 1));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ends.push(() => {
      server.close();
      server.closeAllConnections();
    });
    const credentials: Credentials = {
      server: `https://127.0.0.1:${(server.address() as AddressInfo).port}/k8s/leaf`,
      ca: cert,
      insecureSkipTlsVerify: false,
      tlsServerName: undefined,
      auth: { type: 'token', token: 'the-token' },
      namespace: undefined,
    };
    return { credentials, seen, connections: () => connections };
  };

  it('asks with its token below the path of its server, and keeps one connection', async () => {
    const { credentials, seen, connections } = await startTls();
    const connection = connect(credentials);
    ends.push(() => connection.close());
    for (const path of ['/api', '/version?x=1']) await textOf(await connection.request(path, { signal }));
    assert.deepEqual(seen, ['Bearer the-token /k8s/leaf/api', 'Bearer the-token /k8s/leaf/version?x=1']);
    assert.equal(connections(), 1);
  });

  it('has its connections probed after 30 s of silence, so that a network that is gone is noticed', async () => {
    const { credentials } = await startTls();
    const real = Object.getOwnPropertyDescriptor(Socket.prototype, 'setKeepAlive') ?? {};
    ends.push(() => Object.defineProperty(Socket.prototype, 'setKeepAlive', real));
    const asked: unknown[][] = [];
    Socket.prototype.setKeepAlive = function (...how) {
      asked.push(how);
      return this;
    };
    const connection = connect(credentials);
    ends.push(() => connection.close());
    await textOf(await connection.request('/api', { signal }));
    assert.deepEqual(asked[0], [true, 30_000]);
  });

  it('refuses a server that its authority does not vouch for', async () => {
    const { credentials } = await startTls();
    const connection = connect({ ...credentials, ca: undefined });
    ends.push(() => connection.close());
    await assert.rejects(connection.request('/api', { signal }), /self-signed certificate/);
  });

  it('gives up a server that accepts the connection and does not finish TLS', async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => void sockets.push(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ends.push(() => {
      server.close();
      for (const socket of sockets) socket.destroy();
    });
    const { credentials } = await startTls();
    const connection = connect(
      { ...credentials, server: `https://127.0.0.1:${(server.address() as AddressInfo).port}` },
      { limits: { connect: 50, firstByte: 5_000 } },
    );
    ends.push(() => connection.close());
    await assert.rejects(connection.request('/api', { signal }), /no connection within 0.05 s/);
  });

  it('gives up a server that says nothing, and tells how it answered', async () => {
    const server = await startScriptedServer();
    ends.push(() => server.close());
    const answers: string[] = [];
    const connection = connectTo(
      { server: server.url, options: () => Promise.resolve({}) },
      { limits: { connect: 5_000, firstByte: 50 }, onAnswer: (...answer) => answers.push(answer.join(' ')) },
    );
    ends.push(() => connection.close());
    await assert.rejects(connection.request('/api', { signal }), /no answer within 0.05 s/);
    assert.deepEqual(answers, [`GET ${new URL(server.url).host} <error>`]);
  });

  it('asks once more when the server has closed a kept connection', async () => {
    const server = await startScriptedServer(
      (response) => void response.end('{}'),
      (response) => response.socket?.resetAndDestroy(),
      (response) => void response.end('{"again":true}'),
    );
    ends.push(() => server.close());
    const connection = connectTo({ server: server.url, options: () => Promise.resolve({}) });
    ends.push(() => connection.close());
    await textOf(await connection.request('/a', { signal }));
    const response = await connection.request('/b', { signal });
    assert.equal(response.status, 200);
    assert.deepEqual(server.requests, ['/a', '/b', '/b']);
  });

  it('ends its connections when it is closed', async () => {
    const server = await startScriptedServer((response) => void response.write('{'));
    ends.push(() => server.close());
    const connection = connectTo({ server: server.url, options: () => Promise.resolve({}) });
    await connection.request('/a', { signal });
    connection.close();
    await eventually(() => assert.equal(server.openSockets(), 0));
  });

  /** A connection with a server that answers every request by `bytes`, and how often it was connected to. */
  const startBytes = async (...bytes: readonly string[]) => {
    let connections = 0;
    const left = [...bytes];
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      connections += 1;
      sockets.push(socket);
      socket.on('error', () => undefined);
      socket.on('data', () => socket.write(left.shift() ?? ''));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const connection = connectTo({ server: url, options: () => Promise.resolve({}) });
    ends.push(
      () => server.close(),
      () => sockets.forEach((socket) => socket.destroy()),
      () => connection.close(),
    );
    return { connection, sockets, connections: () => connections };
  };
  const whole = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}';

  it('asks over the same connection although the reader of the last answer had let the server wait', async () => {
    const { connection, connections } = await startBytes(whole, whole);
    const answer = await connection.request('/a', { signal });
    answer.pause();
    assert.equal(await textOf(answer), '{}');
    assert.equal(await textOf(await connection.request('/b', { signal })), '{}');
    assert.equal(connections(), 1);
  });

  it('leaves a connection on which the server goes on after its answer, or says that it will not', async () => {
    for (const last of [`${whole}x`, whole.replace('\r\n', '\r\nConnection: close\r\n')]) {
      const { connection, connections } = await startBytes(last, whole);
      await textOf(await connection.request('/a', { signal })).catch(() => undefined);
      assert.equal(await textOf(await connection.request('/b', { signal })), '{}');
      assert.equal(connections(), 2);
    }
  });

  it('lets others have their turn after every 256 KiB, although its reader asks for more at once', async () => {
    const size = 6 * 1024 * 1024;
    const { connection } = await startBytes(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n${'x'.repeat(size)}`);
    const answer = await connection.request('/a', { signal });
    let [inThisTurn, most, reading] = [0, 0, true];
    const nextTurn = (): void => {
      most = Math.max(most, inThisTurn);
      inThisTurn = 0;
      if (reading) setImmediate(nextTurn);
    };
    nextTurn();
    await new Promise<void>((resolve) => {
      answer.read({
        take: (piece) => {
          inThisTurn += piece.length;
          answer.pause();
          queueMicrotask(answer.resume);
        },
        ended: () => {
          resolve();
        },
      });
    });
    reading = false;
    assert.ok(most <= 384 * 1024, `${most} bytes in one turn`);
  });

  it('holds what comes before somebody reads it', async () => {
    const { connection } = await startBytes(
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n',
    );
    const answer = await connection.request('/a', { signal });
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(await textOf(answer), '{}');
  });

  it('tells the reader what an answer that breaks off, is dropped, or is not waited for any more ends with', async () => {
    const begun = 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}';
    const { connection, sockets } = await startBytes(begun, begun, begun);
    const broken = textOf(await connection.request('/a', { signal }));
    sockets[0]?.end();
    await assert.rejects(broken, /in the middle of its answer/);
    const dropped = await connection.request('/b', { signal });
    dropped.destroy(new Error('enough'));
    await assert.rejects(textOf(dropped), /enough/);
    const abandoned = new AbortController();
    const unread = textOf(await connection.request('/c', { signal: abandoned.signal }));
    abandoned.abort();
    await assert.rejects(unread, /not waited for/);
    await eventually(() => assert.ok(sockets.every(({ destroyed, readableEnded }) => destroyed || readableEnded)));
  });

  it('takes up an earlier TLS session, but never one that was made under other terms', async () => {
    const { credentials } = await startTls();
    let more: Partial<Credentials> = {};
    const connection = connect(() => ({ ...credentials, ...more }));
    ends.push(() => connection.close());
    const real = tls.connect;
    ends.push(() => (tls.connect = real));
    let latest: TLSSocket | undefined;
    tls.connect = ((...how: Parameters<typeof real>) => (latest = real(...how))) as typeof real;
    const isTakenUp = async (): Promise<boolean | undefined> => {
      await textOf(await connection.request('/', { signal }));
      const reused = latest?.isSessionReused();
      connection.close();
      return reused;
    };
    assert.equal(await isTakenUp(), false);
    more = { auth: { type: 'token', token: 'renewed' } };
    assert.equal(await isTakenUp(), true);
    more = { ca: undefined, insecureSkipTlsVerify: true };
    assert.equal(await isTakenUp(), false);
  });

  it('says of a header that cannot stand in a request which it is, and not what it says', async () => {
    const { connection } = await startBytes(whole);
    await assert.rejects(
      connection.request('/a', { signal, headers: { authorization: 'Bearer a\r\nsecret: b' } }),
      (error: Error) => {
        assert.match(error.message, /authorization/);
        assert.doesNotMatch(error.message, /secret/);
        return true;
      },
    );
  });
});
