import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { FailureError } from '../../src/model/failure.ts';
import { listen } from '../../src/http/server.ts';
import { eventually } from '../support/eventually.ts';

// Of two networks that a machine has for itself: ::1 is wherever there is IPv6, and 127.0.0.2 on Linux by itself.
const hasIPv6 = Object.values(networkInterfaces()).some((found) => found?.some(({ address }) => address === '::1'));
const here = { host: '127.0.0.1' };
const beside = hasIPv6 ? { host: '::1' } : { ...here, localAddress: '127.0.0.2' };

describe('listen', () => {
  it('tells the port that it really has', async () => {
    const server = await listen('127.0.0.1:0', (_, response) => response.end('hello'));
    assert.match(server.url, /^http:\/\/127\.0\.0\.1:[1-9]\d*$/);
    assert.equal(await (await fetch(server.url)).text(), 'hello');
    await server.close();
    await assert.rejects(fetch(server.url));
  });

  it('listens on all interfaces when no host is named', async () => {
    const server = await listen(':0', (_, response) => response.end('hello'));
    assert.equal(await (await fetch(server.url.replace('localhost', '127.0.0.1'))).text(), 'hello');
    await server.close();
  });

  it('names the address that is taken', async () => {
    const server = await listen('127.0.0.1:0', () => undefined);
    const taken = server.url.replace('http://', '');
    await assert.rejects(
      listen(taken, () => undefined),
      (error) => {
        assert.ok(error instanceof FailureError);
        assert.match(error.message, new RegExp(`^cannot listen on ${taken}: .*EADDRINUSE`));
        return error.failure.remedy === 'give-up';
      },
    );
    await server.close();
  });

  it('leaves connections for others beside an address that holds on to as many as it gets', async () => {
    const server = await listen(':0', (_, response) => response.end('hello'));
    const port = Number(new URL(server.url).port);
    let refused = 0;
    const silent = Array.from({ length: 600 }, () =>
      connect({ port, ...beside })
        .on('error', () => undefined)
        .on('close', () => (refused += 1)),
    );
    await eventually(() => assert.equal(refused, 100));
    assert.equal(await (await fetch(`http://127.0.0.1:${port}`)).text(), 'hello');
    for (const socket of silent) socket.destroy();
    await server.close();
  });

  it('lets an address go on that leaves its connections open for nothing', async () => {
    const server = await listen('127.0.0.1:0', (_, response) => response.end('hello'));
    const port = Number(new URL(server.url).port);
    const ask = () =>
      new Promise<{ readonly socket: Socket; readonly text: string }>((resolve) => {
        const socket = connect(port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n'));
        const answer = (text: string): void => resolve({ socket, text });
        socket.on('error', () => answer(''));
        socket.on('close', () => answer(''));
        socket.on('data', (chunk) => answer(chunk.toString()));
      });
    const asked = [];
    for (let number = 0; number < 502; number++) asked.push(await ask());
    assert.deepEqual(
      asked.flatMap(({ text }, index) =>
        text.endsWith('hello\r\n0\r\n\r\n') || text.endsWith('hello') ? [] : [index],
      ),
      [500],
    );
    for (const { socket } of asked) socket.destroy();
    await server.close();
  });

  it('leaves no connection to anybody once a thousand are held, and some again when one of them ends', async () => {
    const server = await listen(':0', (_, response) => response.end('hello'));
    const port = Number(new URL(server.url).port);
    const url = `http://127.0.0.1:${port}`;
    let open = 0;
    const silent = await Promise.all(
      Array.from(
        { length: 1_000 },
        (_, index) =>
          new Promise<Socket>((resolve, reject) => {
            const socket = connect({ port, ...(index % 2 === 0 ? here : beside) }, () => {
              open += 1;
              resolve(socket);
            });
            socket.on('error', reject).on('close', () => (open -= 1));
          }),
      ),
    );
    await assert.rejects(fetch(url));
    assert.equal(open, 1_000);
    silent[0]?.destroy();
    await eventually(async () => assert.equal(await (await fetch(url)).text(), 'hello'));
    for (const socket of silent) socket.destroy();
    await server.close();
  });

  it('gives a request ten seconds, and its headers no more than 16 KiB', async () => {
    const servers: Server[] = [];
    const note = (message: unknown): void => void servers.push((message as { readonly server: Server }).server);
    subscribe('http.server.request.start', note);
    const server = await listen('127.0.0.1:0', (_, response) => response.end('hello'));
    await (await fetch(server.url)).text();
    unsubscribe('http.server.request.start', note);
    assert.deepEqual(
      servers.map(({ requestTimeout, headersTimeout }) => [requestTimeout, headersTimeout]),
      [[10_000, 10_000]],
    );
    for (const [length, status] of [
      [16_000, 200],
      [17_000, 431],
    ] as const)
      assert.equal((await fetch(server.url, { headers: { 'x-long': 'y'.repeat(length) } })).status, status);
    await server.close();
  });

  const unreadable: Readonly<Record<string, readonly [sent: string, status: number, text: string]>> = {
    'no HTTP': ['hello?\r\n\r\n', 400, 'the request is not HTTP'],
    'headers without end': [`GET / HTTP/1.1\r\nx: ${'y'.repeat(20_000)}`, 431, 'the headers are too long'],
    'half a request': ['GET / HTTP/1.1\r\nhost:', 408, 'the request was not there in time'],
  };
  for (const [what, [sent, status, text]] of Object.entries(unreadable))
    it(`answers ${what} by itself, closes its connection, and says so`, async () => {
      const told: unknown[] = [];
      const server = await listen('127.0.0.1:0', (_, response) => response.end('hello'), {
        limits: { headersTimeout: 50, requestTimeout: 50, connectionsCheckingInterval: 10 },
        onUnreadable: (answer, address) => told.push([answer, address]),
      });
      const answered = await new Promise<string>((resolve) => {
        let all = '';
        const socket = connect(Number(new URL(server.url).port), '127.0.0.1', () => socket.write(sent));
        socket.on('data', (chunk) => (all += String(chunk))).on('error', () => undefined);
        socket.on('close', () => resolve(all));
      });
      assert.match(answered, new RegExp(`^HTTP/1\\.1 ${status} [A-Z].*\r\nConnection: close\r\n\r\n$`));
      assert.deepEqual(told, [[{ status, text }, '127.0.0.1']]);
      await server.close();
    });

  it('says that a request broke off, and nothing of a peer that never began one', async () => {
    const told: unknown[] = [];
    const server = await listen('127.0.0.1:0', (_, response) => response.end('hello'), {
      onUnreadable: ({ status, text }) => told.push([status, text]),
    });
    for (const sent of ['', 'GET / HTTP/1.1\r\nhost:'])
      await new Promise<void>((resolve) => {
        const socket = connect(Number(new URL(server.url).port), '127.0.0.1', () => socket.end(sent));
        socket.on('close', () => resolve()).resume();
      });
    await server.close();
    assert.deepEqual(told, [[400, 'the request broke off']]);
  });

  it('tells the plain address also where it listens on IPv6 too', async () => {
    const told: string[] = [];
    const server = await listen(':0', () => undefined, { onUnreadable: (_, address) => told.push(address) });
    const peer = connect(Number(new URL(server.url).port), '127.0.0.1', () => peer.write('hello?\r\n\r\n'));
    await once(peer.resume(), 'close');
    assert.deepEqual(told, ['127.0.0.1']);
    await server.close();
  });

  it('lets nobody keep a connection that cannot be answered by not reading', async () => {
    const told: string[] = [];
    const server = await listen('127.0.0.1:0', (_, response) => response.end('y'.repeat(32 * 1024 ** 2)), {
      onUnreadable: ({ text }) => told.push(text),
    });
    const peer = connect(Number(new URL(server.url).port), '127.0.0.1', () =>
      peer.write('GET / HTTP/1.1\r\nhost: a\r\n\r\nhello?\r\n\r\n'),
    );
    peer.on('error', () => undefined);
    await eventually(() => assert.deepEqual(told, ['the request is not HTTP']));
    // Reads only what lay in the buffers when the connection was closed.
    await once(peer.resume(), 'close');
    assert.ok(peer.bytesRead < 32 * 1024 ** 2, String(peer.bytesRead));
    await server.close();
  });

  it('ends in time although a peer neither speaks nor leaves', async () => {
    const server = await listen('127.0.0.1:0', () => undefined);
    const peer = connect(Number(new URL(server.url).port), '127.0.0.1');
    peer.on('error', () => undefined);
    await new Promise((resolve) => peer.once('connect', resolve));
    peer.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    await server.close();
    peer.destroy();
  });
});
