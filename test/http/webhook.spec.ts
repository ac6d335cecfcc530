import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { connect } from 'node:net';
import { listen, type Listening } from '../../src/http/server.ts';
import { webhook, type WebhookOptions, type WebhookReply } from '../../src/http/webhook.ts';
import type { WebhookPath } from '../../src/http/webhook-path.ts';
import { eventually } from '../support/eventually.ts';
import { recordedKey, recordedWebhooks } from '../support/recorded-webhooks.ts';

const key = Buffer.from('a key');
const sign = (body: string | Uint8Array, by: Uint8Array = key, algorithm = 'sha256') => ({
  'x-signature': `${algorithm}=${createHmac(algorithm, by).update(body).digest('hex')}`,
});
const plenty = { rate: 1e6, burst: 1e6 };
const path = '/promotion/default/podinfo/dev';

describe('webhook', () => {
  let server: Listening | undefined;
  const heard: { readonly path: WebhookPath; readonly body: string }[] = [];
  const replies: number[] = [];
  const failures: unknown[] = [];
  const start = async (options: Partial<WebhookOptions> = {}): Promise<string> => {
    const handle = webhook({
      clock: { now: () => 0 },
      keysOf: ({ pipeline }) => (pipeline === 'podinfo' ? [key] : pipeline === 'open' ? [] : undefined),
      ready: () => true,
      patience: 10_000,
      unsigned: false,
      hear: (where, body) => {
        heard.push({ path: where, body: Buffer.from(body).toString() });
        return Promise.resolve({ status: 202, text: 'heard' });
      },
      perPeer: plenty,
      perPipeline: plenty,
      peerOf: ({ socket }) => socket.remoteAddress ?? '',
      onReply: ({ status }) => void replies.push(status),
      onFailure: (error) => void failures.push(error),
      ...options,
    });
    server = await listen('127.0.0.1:0', handle);
    return server.url;
  };
  const post = (url: string, body: string | Uint8Array, headers: Record<string, string> = {}) =>
    fetch(url, { method: 'POST', body, headers });
  afterEach(async () => {
    await server?.close();
    server = undefined;
    heard.length = 0;
    replies.length = 0;
    failures.length = 0;
  });

  it('hears what a real notification-controller has signed, byte for byte', async () => {
    const url = await start({ keysOf: () => [recordedKey] });
    for (const { file, path: where, headers, body } of recordedWebhooks) {
      const { 'x-signature': signature } = headers;
      const { status } = await post(url + where, body, signature === undefined ? {} : { 'x-signature': signature });
      assert.equal(status, where === '/' ? 404 : signature === undefined ? 401 : 202, file);
    }
    assert.equal(heard.length, recordedWebhooks.length - 2);
    assert.deepEqual(heard[0], {
      path: { namespace: 'default', pipeline: 'podinfo', environment: 'dev' },
      body: recordedWebhooks[0]!.body.toString(),
    });
  });

  it('answers an unknown pipeline, a missing key, no signature and a wrong one alike', async () => {
    const url = await start();
    const answers: unknown[] = [];
    for (const [where, headers] of [
      [path, sign('{}', Buffer.from('another'))],
      [path, {}],
      [path, sign('{ }')],
      ['/promotion/default/absent/dev', sign('{}')],
      ['/promotion/default/open/dev', sign('{}', Buffer.alloc(0))],
    ] as const) {
      const answer = await post(url + where, '{}', headers);
      const { date, ...others } = Object.fromEntries(answer.headers);
      assert.ok(date);
      answers.push([answer.status, others, await answer.text()]);
    }
    assert.deepEqual(new Set(answers.map((answer) => JSON.stringify(answer))).size, 1);
    assert.match(JSON.stringify(answers[0]), /^\[401,/);
    assert.deepEqual(heard, []);
  });

  it('asks to come again, whoever asks, while it does not know the keys, so that no event is lost to a restart', async () => {
    const url = await start({ ready: () => false });
    for (const where of [`${url}${path}x`, `${url}/promotion/default/absent/dev`]) {
      const answer = await post(where, '{}', sign('{}', Buffer.from('another')));
      assert.deepEqual([answer.status, answer.headers.get('retry-after')], [503, '2']);
    }
    assert.equal((await post(url + path, '{}', sign('{}'))).status, 202);
  });

  it('takes unsigned bodies by flag alone, and only where no key is named', async () => {
    const url = await start({ unsigned: true });
    assert.equal((await post(`${url}/promotion/default/open/dev`, '{}')).status, 202);
    assert.equal((await post(url + path, '{}')).status, 401);
    assert.equal((await post(`${url}/promotion/default/absent/dev`, '{}')).status, 401);
  });

  it('finds nothing behind any other path', async () => {
    const url = new URL(await start());
    const asked = (target: string) =>
      new Promise<string>((resolve, reject) => {
        const socket = connect(Number(url.port), url.hostname, () => {
          const signature = sign('')['x-signature'];
          socket.write(
            `POST ${target} HTTP/1.1\r\nhost: a\r\nx-signature: ${signature}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`,
          );
        });
        let text = '';
        socket.on('data', (chunk) => (text += String(chunk)));
        socket.on('close', () => resolve(text.slice(9, 12)));
        socket.on('error', reject);
      });
    for (const target of [
      '/',
      '/promotion/default/podinfo',
      '/promotion/default/podinfo/dev/',
      '/promotion/default/podinfo/dev/more',
      '/promotion/default/podinfo/dev?x=1',
      '/promotion//default/podinfo/dev',
      '/promotion/../promotion/default/podinfo/dev',
      '/promotion/default/podinfo/%64ev',
      '/promotion/default%2Fpodinfo/dev',
      '/promotion/default/../default/podinfo/dev',
      '/promotion/default/__proto__/dev',
      '/promotion/default/Podinfo/dev',
      '/PROMOTION/default/podinfo/dev',
      `/promotion/default/${'a'.repeat(600)}/dev`,
      'http://elsewhere/promotion/default/podinfo/dev',
      '//promotion/default/podinfo/dev',
    ])
      assert.equal(await asked(target), '404', target);
    assert.equal(await asked(path), '202');
  });

  it('takes POST alone', async () => {
    const url = await start();
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      const answer = await fetch(url + path, { method });
      assert.deepEqual([answer.status, answer.headers.get('allow')], [405, 'POST'], method);
    }
  });

  it('takes a body of 64 KiB and no longer one, whether or not its length is told before', async () => {
    const url = await start();
    const longest = 'x'.repeat(65_536);
    assert.equal((await post(url + path, longest, sign(longest))).status, 202);
    assert.equal((await post(url + path, `${longest}x`, sign(`${longest}x`))).status, 413);
    const chunks = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(Buffer.alloc(16_384)),
    });
    // The answer may come while the sender still writes, and then the connection is closed under it.
    await fetch(url + path, { method: 'POST', body: chunks, duplex: 'half' }).catch(() => undefined);
    assert.deepEqual(replies.slice(-1), [413]);
  });

  it('tells each peer that asks too often when to come again', async () => {
    let peer = 'one';
    const url = await start({ perPeer: { rate: 0.5, burst: 1 }, peerOf: () => peer });
    assert.equal((await post(url + path, '{}', sign('{}'))).status, 202);
    const refused = await post(url + path, '{}', sign('{}'));
    assert.deepEqual([refused.status, refused.headers.get('retry-after')], [429, '2']);
    peer = 'another';
    assert.equal((await post(url + path, '{}', sign('{}'))).status, 202);
  });

  it('lets nobody use up what a pipeline may hear who cannot sign for it', async () => {
    const url = await start({ perPipeline: { rate: 1, burst: 2 } });
    for (let times = 0; times < 5; times += 1) assert.equal((await post(url + path, '{}')).status, 401);
    const statuses = [];
    for (let times = 0; times < 3; times += 1) statuses.push((await post(url + path, '{}', sign('{}'))).status);
    assert.deepEqual(statuses, [202, 202, 429]);
  });

  it('asks to come again when it cannot take more in, or what it heard could not be kept', async () => {
    let release: (() => void)[] = [];
    const reply: WebhookReply = { status: 202, text: 'heard' };
    const url = await start({
      hear: (_, body) =>
        Buffer.from(body).toString() === 'fails'
          ? Promise.reject(new Error('no API server'))
          : new Promise((resolve) => release.push(() => resolve(reply))),
      peerOf: ({ headers }) => String(headers['x-peer']),
    });
    const from = (peer: number) => ({ 'x-peer': `${peer}`, ...sign('{}') });
    const waiting = Array.from({ length: 300 }, (_, index) => post(url + path, '{}', from(index % 10)));
    const first = await Promise.race(waiting);
    assert.deepEqual([first.status, first.headers.get('retry-after')], [503, '2']);
    const free = setInterval(() => {
      for (const go of release) go();
      release = [];
    }, 1);
    const statuses = (await Promise.all(waiting)).map(({ status }) => status);
    clearInterval(free);
    assert.ok(statuses.every((status) => status === 202 || status === 503));
    assert.ok(statuses.filter((status) => status === 202).length >= 256 - 1);
    const unkept = await post(url + path, 'fails', sign('fails'));
    assert.deepEqual([unkept.status, unkept.headers.get('retry-after')], [503, '2']);
    assert.deepEqual(failures.map(String), ['Error: no API server']);
  });

  it('leaves room for others beside a peer that is slow with more bodies than it takes in at once', async () => {
    const url = await start({ peerOf: ({ headers }) => String(headers['x-peer']) });
    const slow = Array.from({ length: 300 }, () => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      socket.on('error', () => undefined);
      const head = [`POST ${path} HTTP/1.1`, 'host: a', 'x-peer: slow', 'content-length: 2'];
      socket.write(`${head.join('\r\n')}\r\n\r\n`);
      return socket;
    });
    await eventually(() => assert.equal(replies.length, 300 - 64));
    assert.deepEqual([...new Set(replies)], [429]);
    const again = await post(url + path, '{}', { 'x-peer': 'slow', ...sign('{}') });
    assert.deepEqual([again.status, again.headers.get('retry-after')], [429, '2']);
    assert.equal((await post(url + path, '{}', { 'x-peer': 'another', ...sign('{}') })).status, 202);
    for (const socket of slow) socket.destroy();
    await eventually(async () =>
      assert.equal((await post(url + path, '{}', { 'x-peer': 'slow', ...sign('{}') })).status, 202),
    );
  });

  it('counts for one peer whatever has an address of the same IPv6 network', async () => {
    let peer = '2001:db8::1';
    const url = await start({ perPeer: { rate: 0.5, burst: 1 }, peerOf: () => peer });
    assert.equal((await post(url + path, '{}', sign('{}'))).status, 202);
    peer = '2001:db8::ffff:2';
    assert.equal((await post(url + path, '{}', sign('{}'))).status, 429);
    peer = '2001:db8:0:1::1';
    assert.equal((await post(url + path, '{}', sign('{}'))).status, 202);
  });

  it('asks to come again when keeping takes longer than a sender waits, and keeps its place until that has ended', async () => {
    let release: (reply: WebhookReply) => void = () => undefined;
    const url = await start({
      patience: 1,
      peerOf: ({ headers }) => String(headers['x-peer']),
      hear: (_, body) =>
        Buffer.from(body).toString() === 'slow'
          ? new Promise((resolve) => (release = resolve))
          : { status: 202, text: 'heard' },
    });
    const late = await post(url + path, 'slow', { 'x-peer': 'one', ...sign('slow') });
    assert.deepEqual(
      [late.status, late.headers.get('retry-after'), await late.text()],
      [503, '2', 'it cannot be kept now\n'],
    );
    const all = Array.from({ length: 63 }, () => post(url + path, 'slow', { 'x-peer': 'one', ...sign('slow') }));
    for (const answer of await Promise.all(all)) assert.equal(answer.status, 503);
    const ask = () => post(url + path, '{}', { 'x-peer': 'one', ...sign('{}') });
    assert.equal((await ask()).status, 429);
    release({ status: 202, text: 'kept' });
    await eventually(async () => assert.equal((await ask()).status, 202));
    assert.deepEqual(failures, []);
  });

  it('answers 503 also to what makes it throw at once, and goes on', async () => {
    const url = await start({
      hear: () => {
        throw new Error('a bug');
      },
    });
    for (let times = 0; times < 2; times += 1) assert.equal((await post(url + path, '{}', sign('{}'))).status, 503);
    assert.deepEqual(failures.map(String), ['Error: a bug', 'Error: a bug']);
  });

  it('owes a sender that breaks off nothing, and hears nothing of it', async () => {
    const url = new URL(await start());
    for (let times = 0; times < 20; times += 1)
      await new Promise<void>((resolve) => {
        const socket = connect(Number(url.port), url.hostname, () => {
          socket.write(`POST ${path} HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\n{`, () => socket.destroy());
        });
        socket.on('close', () => resolve());
      });
    assert.equal((await post(url.origin + path, '{}', sign('{}'))).status, 202);
    assert.equal(heard.length, 1);
  });
});
