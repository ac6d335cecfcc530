import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { FailureError } from '../../src/model/failure.ts';
import { listen } from '../../src/http/server.ts';

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
