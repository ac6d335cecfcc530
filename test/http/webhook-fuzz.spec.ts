import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { connect } from 'node:net';
import fc from 'fast-check';
import { listen, type Listening } from '../../src/http/server.ts';
import { webhook } from '../../src/http/webhook.ts';
import { hearing } from '../../src/sources/webhook.ts';
import { anEnvironment, aPipeline, aTarget } from '../support/builders.ts';
import { worldOf } from '../support/given.ts';
import { recordedKey, recordedWebhooks } from '../support/recorded-webhooks.ts';

const count = Number(process.env['LEAFWATCH_REQUESTS'] ?? 2_000);
const seed = Number(process.env['LEAFWATCH_SEED'] ?? 7);
const atOnce = 16;

const path = '/promotion/default/podinfo/dev';
const bodies = recordedWebhooks.map(({ body }) => body.toString());
const anyText = fc.string({ unit: 'binary', maxLength: 60 });

/** What real events are made of, and what nobody would send. */
const aBody = fc.oneof(
  fc.constantFrom(...bodies),
  fc.tuple(fc.constantFrom(...bodies), fc.nat(900)).map(([body, end]) => body.slice(0, end)),
  fc
    .tuple(fc.constantFrom(...bodies), fc.constantFrom('podinfo', 'info', 'revision', '"', ':', '6.0.1', 'Z'), anyText)
    .map(([body, from, to]) => body.replaceAll(from, to)),
  fc.json({ maxDepth: 20 }),
  fc.nat(30_000).map((depth) => '['.repeat(depth)),
  fc.nat(70_000).map((length) => '{"a":"' + 'x'.repeat(length)),
  anyText,
);
const aMethod = fc.oneof(
  { weight: 8, arbitrary: fc.constant('POST') },
  fc.constantFrom('GET', 'PUT', 'OPTIONS', 'CONNECT', 'PRI', 'post'),
  anyText,
);
const aRequestTarget = fc.oneof(
  { weight: 8, arbitrary: fc.constant(path) },
  fc.constantFrom(
    '*',
    '/',
    '//',
    `${path}/..`,
    `${path}%00`,
    'http://a/b',
    '/promotion/default/__proto__/dev',
    '/promotion/default/absent/dev',
  ),
  fc.webPath({ size: 'large' }),
  anyText,
);
const aHeader = fc.oneof(
  fc.constantFrom(
    'transfer-encoding: chunked',
    'content-length: 5',
    'content-length: -1',
    'content-length: 99999999999999999999',
    'x-signature: sha256=',
    'expect: 100-continue',
    'upgrade: websocket\r\nconnection: upgrade',
    'x-forwarded-for: 1.2.3.4',
    'content-encoding: gzip',
    `x-long: ${'y'.repeat(20_000)}`,
  ),
  fc.tuple(anyText, anyText).map(([name, value]) => `${name}: ${value}`),
);
const aRequest = fc
  .record({
    method: aMethod,
    target: aRequestTarget,
    headers: fc.array(aHeader, { maxLength: 2 }),
    body: aBody,
    signature: fc.constantFrom('right', 'right', 'right', 'wrong', 'none'),
  })
  .map(({ method, target, headers, body, signature }) => {
    const bytes = Buffer.from(body);
    const digest = createHmac('sha256', signature === 'right' ? recordedKey : 'another')
      .update(bytes)
      .digest('hex');
    const lines = [
      `${method} ${target} HTTP/1.1`,
      'host: leafwatch',
      'connection: close',
      `content-length: ${bytes.length}`,
      ...(signature === 'none' ? [] : [`x-signature: sha256=${digest}`]),
      ...headers,
    ];
    return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), bytes]);
  });

/** The status that comes back, or 0 when the connection is closed without one. */
const statusOf = (url: URL, bytes: Buffer): Promise<number> =>
  new Promise((resolve) => {
    let text = '';
    const socket = connect(Number(url.port), url.hostname, () => socket.end(bytes));
    socket.on('data', (chunk) => (text += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0)));
  });

describe('webhook, of whatever bytes', function () {
  this.timeout(20_000 + count * 5);
  let server: Listening;
  const heard = { facts: 0, kept: 0 };
  const troubles: unknown[] = [];
  const trouble = (error: unknown) => troubles.push(error);
  const pipeline = aPipeline({
    environments: [anEnvironment('dev', { targets: [aTarget('dev', { namespace: 'hooks' })] })],
  });
  const { metadata, ...rest } = pipeline;

  before(async () => {
    const seen = { ...rest, metadata: { ...metadata, namespace: 'default' } };
    const { hear, facts } = hearing({
      world: worldOf([{ type: 'pipeline-seen', pipeline: seen }]),
      clock: { now: () => Date.parse('2026-11-21T08:22:00Z') },
      tolerance: 600_000,
      keep: () => {
        heard.kept += 1;
        return Promise.resolve(undefined);
      },
    });
    facts.subscribe(() => (heard.facts += 1));
    const plenty = { rate: 1e9, burst: 1e9 };
    server = await listen(
      '127.0.0.1:0',
      webhook({
        clock: { now: () => 0 },
        keysOf: ({ pipeline: name }) => (name === 'podinfo' ? [recordedKey] : undefined),
        patience: 10_000,
        unsigned: false,
        hear,
        perPeer: plenty,
        ready: () => true,
        perPipeline: plenty,
        peerOf: () => 'peer',
        onReply: () => undefined,
        onFailure: () => undefined,
      }),
    );
    process.on('unhandledRejection', trouble).on('uncaughtExceptionMonitor', trouble);
  });
  after(async () => {
    process.off('unhandledRejection', trouble).off('uncaughtExceptionMonitor', trouble);
    await server.close();
  });

  it(`answers ${count} requests of seed ${seed} without an error of its own`, async () => {
    const url = new URL(server.url);
    const answers = new Map<number, number>();
    for (let from = 0; from < count; from += 1_000) {
      const requests = fc.sample(aRequest, { seed: seed + from, numRuns: Math.min(1_000, count - from) });
      const next = requests.values();
      const worker = async () => {
        for (const request of next) {
          const status = await statusOf(url, request);
          answers.set(status, (answers.get(status) ?? 0) + 1);
          assert.ok(
            status < 500 || status === 503,
            `${status} for ${JSON.stringify(request.toString('latin1').slice(0, 2_000))}`,
          );
        }
      };
      await Promise.all(Array.from({ length: atOnce }, worker));
    }
    assert.deepEqual(troubles, []);
    for (const status of [202, 400, 401, 404, 405, 413, 422])
      assert.ok((answers.get(status) ?? 0) > 0, `${status} never came: ${JSON.stringify([...answers])}`);
    assert.ok(heard.kept > 0);
  });

  it('works on as before', async () => {
    const { path: where, headers, body } = recordedWebhooks[1]!;
    const signed = { 'x-signature': headers['x-signature'] ?? '' };
    assert.equal((await fetch(server.url + where, { method: 'POST', body, headers: signed })).status, 202);
  });
});
