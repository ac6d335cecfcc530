import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { FailureError } from '../../src/model/failure.ts';
import { listen } from '../../src/http/server.ts';
import { eventually } from '../support/eventually.ts';

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
    const server = await listen('127.0.0.1:0', (_, response) => response.end('hello'));
    const port = Number(new URL(server.url).port);
    let refused = 0;
    const silent = Array.from({ length: 600 }, () =>
      connect({ port, host: '127.0.0.1', localAddress: '127.0.0.2' })
        .on('error', () => undefined)
        .on('close', () => (refused += 1)),
    );
    await eventually(() => assert.equal(refused, 100));
    assert.equal(await (await fetch(server.url)).text(), 'hello');
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
