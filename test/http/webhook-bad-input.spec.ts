import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { connect } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { listen, type Listening, type ListenOptions } from '../../src/http/server.ts';
import { webhook, type WebhookOptions, type WebhookReply } from '../../src/http/webhook.ts';
import { objectKey } from '../../src/model/object-key.ts';
import { hearing } from '../../src/sources/webhook.ts';
import { anEnvironment, aPipeline, aTarget } from '../support/builders.ts';
import { eventually } from '../support/eventually.ts';
import { worldOf } from '../support/given.ts';
import { recordedKey, recordedWebhooks } from '../support/recorded-webhooks.ts';

const unknownPaths = 10 * Number(process.env['LEAFWATCH_REQUESTS'] ?? 2_000);
const path = '/promotion/apps/podinfo/dev';
const recorded = recordedWebhooks.find(({ file }) => file === '02-upgrade-succeeded.1.http')!;
const body = recorded.body.toString();
const keys: Readonly<Record<string, Uint8Array>> = {
  'apps/podinfo': recordedKey,
  'apps/frontend': Buffer.from('the key of another Pipeline'),
};
const plenty = { rate: 1e9, burst: 1e9 };

const digest = (of: string, key: Uint8Array = recordedKey): string =>
  `sha256=${createHmac('sha256', key).update(of).digest('hex')}`;

interface Request {
  readonly method?: string;
  readonly target?: string;
  readonly body?: string;
  readonly signature?: string;
  readonly headers?: readonly string[];
  readonly length?: number;
}

/** The bytes of a request that is right, but for what is said of it. */
const bytesOf = ({ method = 'POST', target = path, headers = [], ...parts }: Request): Buffer => {
  const { body: sent = body, signature = digest(sent), length = Buffer.byteLength(sent) } = parts;
  const own = [`host: leafwatch`, `x-signature: ${signature}`, `content-length: ${length}`, 'connection: close'];
  const lines = [`${method} ${target} HTTP/1.1`, ...own, ...headers];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${sent}`);
};

const eventWith = (changes: object): string => JSON.stringify({ ...(JSON.parse(body) as object), ...changes });

describe('webhook, of bad input', () => {
  let server: Listening | undefined;
  const changes: unknown[] = [];
  const replies: WebhookReply[] = [];
  const start = async (
    options: Partial<WebhookOptions> = {},
    limits?: ListenOptions['limits'],
  ): Promise<{ readonly url: string; readonly answerTo: (bytes: Buffer) => Promise<number> }> => {
    const environments = [anEnvironment('dev', { targets: [aTarget('dev', { namespace: 'hooks' })] })];
    const podinfo = aPipeline({ environments });
    const frontend = aPipeline({ environments, name: 'frontend' });
    const { hear, facts } = hearing({
      world: worldOf([podinfo, frontend].map((pipeline) => ({ type: 'pipeline-seen', pipeline }))),
      clock: { now: () => Date.parse('2026-11-21T08:22:00Z') },
      tolerance: 600_000,
      keep: (...kept) => {
        changes.push(kept);
        return Promise.resolve(undefined);
      },
    });
    facts.subscribe((fact) => changes.push(fact));
    const handle = webhook({
      clock: { now: () => 0 },
      keysOf: ({ namespace, pipeline }) => {
        const key = keys[objectKey(namespace, pipeline)];
        return key && [key];
      },
      patience: 10_000,
      unsigned: false,
      hear,
      perPeer: plenty,
      ready: () => true,
      perPipeline: plenty,
      peerOf: () => 'peer',
      onReply: (reply) => replies.push(reply),
      onFailure: (error) => changes.push(error),
      ...options,
    });
    server = await listen('127.0.0.1:0', handle, limits ? { limits } : {});
    const { port, hostname } = new URL(server.url);
    const answerTo = (bytes: Buffer): Promise<number> =>
      new Promise((resolve) => {
        let text = '';
        const socket = connect(Number(port), hostname, () => socket.write(bytes));
        socket.on('data', (chunk) => (text += chunk.toString('latin1')));
        socket.on('error', () => undefined);
        socket.on('close', () => resolve(Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0)));
      });
    return { url: server.url, answerTo };
  };
  afterEach(async () => {
    await server?.close();
    server = undefined;
    changes.length = 0;
    replies.length = 0;
  });

  it('takes what is right, so that what follows is refused for what is wrong with it', async () => {
    const { answerTo } = await start();
    assert.equal(await answerTo(bytesOf({})), 202);
    assert.equal(changes.length, 1);
  });

  const nested = '['.repeat(30_000) + ']'.repeat(30_000);
  const bad: Readonly<Record<string, readonly [request: Request, status: number]>> = {
    'a truncated body': [{ body: body.slice(0, -20) }, 400],
    'an oversized body': [{ body: `${body}${' '.repeat(65_536)}` }, 413],
    'an oversized body that is announced and never sent': [{ length: 65_537 }, 413],
    'a body that is not JSON': [{ body: 'severity: info' }, 400],
    'an empty body': [{ body: '' }, 400],
    'a deeply nested body': [{ body: nested }, 400],
    'a deeply nested member': [{ body: body.replace('{', `{"x":${nested.slice(0, 30_000)},`) }, 400],
    'wrong types': [{ body: eventWith({ reason: ['UpgradeSucceeded'] }) }, 400],
    'wrong types of what may be missing': [{ body: eventWith({ metadata: 'revision' }) }, 400],
    'prototype keys': [
      { body: '{"__proto__":{"severity":"info"},"constructor":{"prototype":{"reason":"UpgradeSucceeded"}}}' },
      400,
    ],
    'a prototype key for an object': [
      { body: eventWith({ involvedObject: { __proto__: null, kind: 'toString' } }) },
      400,
    ],
    'the wrong method': [{ method: 'PUT' }, 405],
    'a path with ..': [{ target: '/promotion/apps/../apps/podinfo/dev' }, 404],
    'a path with an encoded slash': [{ target: '/promotion/apps%2Fpodinfo/dev' }, 404],
    'a path with an encoded dot': [{ target: '/promotion/apps/podinfo/%2e%2e/podinfo/dev' }, 404],
    'a path in unicode': [{ target: '/promotion/apps/p\u00f6dinfo/dev' }, 400],
    'a path in encoded unicode': [{ target: '/promotion/apps/p%C3%B6dinfo/dev' }, 404],
    'a path in unicode that normalizes to ours': [{ target: '/promotion/apps/\uff50odinfo/dev' }, 400],
    'a path in encoded unicode that normalizes to ours': [{ target: '/promotion/apps/%EF%BD%90odinfo/dev' }, 404],
    'a path with a zero byte': [{ target: `${path}%00` }, 404],
    'the right signature for another Pipeline': [{ target: '/promotion/apps/frontend/dev' }, 401],
    'the key of another Pipeline': [{ signature: digest(body, keys['apps/frontend']) }, 401],
    'a signature for other bytes': [{ signature: digest(`${body} `) }, 401],
    'a header that comes twice': [{ headers: [`x-signature: ${digest(body)}`] }, 401],
    'a signature under other names': [
      { signature: 'none', headers: [`signature: ${digest(body)}`, `x-hub-signature-256: ${digest(body)}`] },
      401,
    ],
    'a length that comes twice': [{ headers: ['content-length: 5'] }, 400],
    'a length and chunks': [{ headers: ['transfer-encoding: chunked'] }, 400],
    'a header without end': [{ headers: [`x-long: ${'y'.repeat(20_000)}`] }, 431],
    'a header that goes on in the next line': [{ headers: ['x-folded: one\r\n two'] }, 400],
    'a method in another header': [{ method: 'GET', headers: ['x-http-method-override: POST'] }, 405],
  };
  for (const [name, [request, status]] of Object.entries(bad))
    it(`answers ${status} to ${name}, and changes nothing`, async () => {
      const { answerTo } = await start();
      assert.equal(await answerTo(bytesOf(request)), status);
      assert.deepEqual(changes, []);
      // One short line for the log, with nothing of what was sent.
      for (const { text } of replies) assert.ok(text.length < 200 && !text.includes('Helm upgrade'), text);
    });

  it('takes of duplicate keys the last, and no other', async () => {
    const { answerTo } = await start();
    const twice = body.replace('{', '{"severity":"nonsense","reason":"UpgradeFailed",');
    assert.equal(await answerTo(bytesOf({ body: twice })), 202);
    assert.match(JSON.stringify(changes), /"reason":"UpgradeSucceeded"/);
  });

  it('cuts off a sender that is slow with its headers, or with its body', async () => {
    const { answerTo } = await start({}, { headersTimeout: 100, requestTimeout: 200, connectionsCheckingInterval: 20 });
    assert.equal(await answerTo(bytesOf({}).subarray(0, 40)), 408);
    assert.equal(await answerTo(bytesOf({}).subarray(0, -1)), 408);
    assert.equal(await answerTo(bytesOf({})), 202);
    assert.equal(changes.length, 1);
  });

  it('hears nothing of a body that breaks off, and takes others meanwhile', async () => {
    const { url, answerTo } = await start();
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(bytesOf({}).subarray(0, -1)));
    assert.equal(await answerTo(bytesOf({})), 202);
    socket.destroy();
    assert.equal(await answerTo(bytesOf({})), 202);
    assert.equal(changes.length, 2);
  });

  it('answers as told to each recording that is sent as it was', async () => {
    const recordings = Object.fromEntries(
      ['01-install.1', '02-upgrade-succeeded.1', '06-failed-and-rolled-back.2', '14-generic-without-hmac.1'].map(
        (name) => [name, recordedWebhooks.find(({ file }) => file === `${name}.http`)!],
      ),
    );
    const replyTo = async (name: string, options: Partial<WebhookOptions> & { readonly target?: string } = {}) => {
      const { target = path, ...rest } = options;
      const { body: sent, headers } = recordings[name]!;
      const { answerTo } = await start(rest);
      const signature = headers['x-signature'] ?? 'none';
      const status = await answerTo(bytesOf({ target, body: sent.toString(), signature }));
      await server?.close();
      server = undefined;
      return status;
    };
    const otherTargets = '/promotion/apps/frontend/dev';
    const replay = { hear: () => Promise.reject(new Error('the API server is away')) };
    assert.deepEqual(
      {
        installed: await replyTo('01-install.1'),
        upgraded: await replyTo('02-upgrade-succeeded.1'),
        rolledBack: await replyTo('06-failed-and-rolled-back.2'),
        unsigned: await replyTo('14-generic-without-hmac.1'),
        unsignedWhereAllowed: await replyTo('14-generic-without-hmac.1', { unsigned: true, keysOf: () => [] }),
        anotherPipeline: await replyTo('02-upgrade-succeeded.1', { target: otherTargets }),
        anotherEnvironment: await replyTo('02-upgrade-succeeded.1', { target: '/promotion/apps/podinfo/prod' }),
        tooOftenByOnePeer: await replyTo('02-upgrade-succeeded.1', { perPeer: { rate: 1, burst: 0 } }),
        tooOftenForOnePipeline: await replyTo('02-upgrade-succeeded.1', { perPipeline: { rate: 1, burst: 0 } }),
        notKept: await replyTo('02-upgrade-succeeded.1', replay),
      },
      {
        ...{ installed: 202, upgraded: 202, rolledBack: 202, unsigned: 401, unsignedWhereAllowed: 202 },
        ...{ anotherPipeline: 401, anotherEnvironment: 422, tooOftenByOnePeer: 429, tooOftenForOnePipeline: 429 },
        notKept: 503,
      },
    );
  });

  it(`holds no more memory after ${unknownPaths} unknown paths`, async function () {
    this.timeout(30_000 + unknownPaths);
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const { url } = await start({ onReply: () => undefined });
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const refusal = 'HTTP/1.1 401';
    let answered = 0;
    let rest = '';
    socket.on('data', (chunk: Buffer) => {
      const text = rest + chunk.toString('latin1');
      answered += text.split(refusal).length - 1;
      rest = text.slice(1 - refusal.length);
    });
    let sent = 0;
    const ask = async (count: number): Promise<number> => {
      for (const end = sent + count; sent < end;) {
        const requests = Array.from({ length: 50 }, (_, index) => {
          const lines = [`POST /promotion/n${sent + index}/p/dev HTTP/1.1`, 'host: a', `x-signature: ${digest('')}`];
          return `${lines.join('\r\n')}\r\ncontent-length: 0\r\n\r\n`;
        });
        socket.write(requests.join(''));
        sent += requests.length;
        await eventually(() => assert.equal(answered, sent), { every: 1 });
      }
      collect();
      return process.memoryUsage().heapUsed;
    };
    const before = await ask(5_000);
    const after = await ask(unknownPaths);
    socket.destroy();
    // A path that is remembered takes at least a hundred bytes.
    assert.ok(after - before < unknownPaths * 25, `${after - before} bytes more`);
    assert.deepEqual(changes, []);
  });
});
