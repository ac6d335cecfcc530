import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import https from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { Subject, type Subscription } from 'rxjs';
import { createObjects } from '../src/kube/call/objects.ts';
import { connectManagement } from '../src/kube/call/management.ts';
import type { Fact } from '../src/model/fact.ts';
import type { Pipeline } from '../src/model/pipeline.ts';
import { createWorld } from '../src/model/world.ts';
import { createCertificate } from '../src/sandbox/api-server/certificate.ts';
import { parseSettings } from '../src/settings.ts';
import { createLog } from '../src/telemetry/log.ts';
import { startWebhooks } from '../src/webhooks.ts';
import { anEnvironment, aPipeline, aTarget, pullRequests } from './support/builders.ts';
import { eventually } from './support/eventually.ts';
import { recordedKey, recordedWebhooks } from './support/recorded-webhooks.ts';

const path = '/promotion/default/podinfo/dev';
const now = Date.parse('2026-11-21T08:22:00Z');
const nobody = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
  users: [{ name: 'u', user: { token: 't' } }],
  contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
  'current-context': 'x',
});

const inDefault = ({ metadata, ...pipeline }: Pipeline): Pipeline => ({
  ...pipeline,
  metadata: { ...metadata, namespace: 'default' },
});
const environments = [anEnvironment('dev', { targets: [aTarget('dev', { namespace: 'hooks' })] })];
const signed = (name: string): Pipeline =>
  inDefault(
    aPipeline({ name, environments, promotion: { strategy: { ...pullRequests.strategy, secretRef: { name } } } }),
  );
const open = inDefault(aPipeline({ name: 'open', environments }));
const found = recordedWebhooks.find(({ file }) => file === '02-upgrade-succeeded.1.http')!;

describe('startWebhooks', () => {
  let directory: string;
  let ends: (() => unknown)[] = [];

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'leafwatch-webhooks-'));
    await writeFile(join(directory, 'kubeconfig'), nobody);
  });
  after(() => rm(directory, { recursive: true }));
  afterEach(async () => {
    for (const end of ends.reverse()) await end();
    ends = [];
  });

  const begin = async (flags: readonly string[] = ['--webhook-addr=127.0.0.1:0']) => {
    const settings = parseSettings(flags, {});
    assert.ok(!('usageError' in settings), JSON.stringify(settings));
    const world = createWorld();
    const pipelines = new Subject<Fact>();
    const clock = { now: () => now, random: () => 0 };
    const { kubeConfig } = connectManagement({ kubeconfig: join(directory, 'kubeconfig') });
    const kept: unknown[] = [];
    const replies: number[] = [];
    let printed = '';
    const stream = new PassThrough().on('data', (chunk) => (printed += String(chunk)));
    const webhooks = await startWebhooks({
      settings,
      world,
      pipelines,
      objects: {
        ...createObjects({ kubeConfig, clock }),
        readSecret: (_, name) => Promise.resolve(name === 'podinfo' ? { 'hmac-key': recordedKey } : undefined),
        mergePipelineStatus: ({ status }) => {
          kept.push(status);
          return Promise.resolve({ ...signed('podinfo'), status });
        },
      },
      clock,
      log: createLog({ level: 'info', encoding: 'json', clock, stream }),
      onReply: ({ status }) => replies.push(status),
    });
    const subscription: Subscription = webhooks.facts.subscribe((fact) => world.learn(fact));
    ends.push(
      () => subscription.unsubscribe(),
      () => Promise.all(webhooks.servers.map((server) => server.close())),
    );
    const learn = (fact: Fact): void => {
      world.learn(fact);
      pipelines.next(fact);
    };
    learn({ type: 'pipelines-listed', pipelines: [] });
    for (const pipeline of [signed('podinfo'), open]) learn({ type: 'pipeline-seen', pipeline });
    const lines = () => printed.split('\n').filter((line) => line !== '' && !line.includes('webhooks are heard'));
    return { url: webhooks.servers[0]?.url ?? '', servers: webhooks.servers, kept, replies, lines, learn };
  };
  const post = async (url: string, body: string | Uint8Array = found.body, headers: Record<string, string> = {}) => {
    const answer = await fetch(url, { method: 'POST', body, headers });
    return { status: answer.status, text: (await answer.text()).trimEnd() };
  };
  const signatureOf = (body: string | Uint8Array): Record<string, string> => ({
    'x-signature': `sha256=${createHmac('sha256', recordedKey).update(body).digest('hex')}`,
  });
  const isKnown = (url: string) =>
    eventually(async () => assert.equal((await post(url + path, '{}', signatureOf('{}'))).status, 400), { every: 5 });

  it('listens nowhere without the flag', async () => {
    const { servers } = await begin([]);
    assert.deepEqual(servers, []);
  });

  it('answers every recording as it came, byte for byte', async () => {
    const { url, kept } = await begin();
    await isKnown(url);
    const replies: Record<string, string[]> = {};
    for (const { file, path: where, headers, body } of recordedWebhooks) {
      const { 'x-signature': signature } = headers;
      const { status, text } = await post(
        url + where,
        body,
        signature === undefined ? {} : { 'x-signature': signature },
      );
      (replies[`${status} ${text}`] ??= []).push(file.replace(/-.*?(\.\d)\.http$/, '$1'));
    }
    const known = '202 known already, or not about how a deployment ended';
    // What is sent again is the same event; 19.1 was made by hand, of a reason that Flux has not.
    assert.deepEqual(replies, {
      '202 kept': [
        ...['01.1', '02.1', '03.1', '03.3', '03.4', '03.5', '03.6', '04.1', '05.1', '06.1', '06.2', '07.1', '08.1'],
        ...['09.1', '10.1', '11.1', '12.1', '13.1', '15.1', '16.1', '17.1', '18.1', '18.2', '21.1', '21.2', '21.3'],
      ],
      [known]: ['03.2', '07.2', '08.2', '08.3', '09.2', '09.3', '09.4', '10.2', '19.1'],
      '401 unknown pipeline, or the signature does not fit': ['14.1'],
      '404 not found: the path is /promotion/<namespace>/<pipeline>/<environment>': ['20.1'],
    });
    assert.equal(kept.length, replies['202 kept'].length);
  });

  it('hears unsigned events by flag alone', async () => {
    const { url } = await begin();
    await isKnown(url);
    assert.equal((await post(`${url}/promotion/default/open/dev`)).status, 401);
    const other = await begin(['--webhook-addr=127.0.0.1:0', '--insecure-webhooks']);
    await isKnown(other.url);
    assert.equal((await post(`${other.url}/promotion/default/open/dev`)).status, 202);
    assert.equal((await post(other.url + path)).status, 401);
  });

  it('believes an event as far from its clock as the flag says', async () => {
    const { url, kept } = await begin(['--webhook-addr=127.0.0.1:0', '--webhook-clock-tolerance=1m']);
    await isKnown(url);
    assert.match((await post(url + path, found.body, signatureOf(found.body))).text, /^ignored/);
    assert.deepEqual(kept, []);
  });

  it('lets one Pipeline hear 200 at once, and logs ten of what it refuses', async () => {
    const { url, replies, lines } = await begin();
    await isKnown(url);
    const ask = async () => (await post(url + path, '{}', signatureOf('{}'))).status;
    while (!replies.includes(429)) await Promise.all(Array.from({ length: 20 }, ask));
    assert.equal(replies.filter((status) => status === 400).length, 200);
    assert.equal(lines().length, 10);
  });

  it('takes the address of who sends from a trusted proxy alone', async () => {
    const peers = async (flags: readonly string[]) => {
      const { url, lines } = await begin(['--webhook-addr=127.0.0.1:0', ...flags]);
      await post(`${url}/nothing`, '', { 'x-forwarded-for': '192.0.2.7' });
      return lines().map((line) => (JSON.parse(line) as { readonly peer: string }).peer);
    };
    assert.deepEqual(await peers([]), ['127.0.0.1']);
    assert.deepEqual(await peers(['--trusted-proxies=127.0.0.0/8']), ['192.0.2.7']);
  });

  it('counts and logs what is no request too, in a line that holds nothing of it', async () => {
    const { url, replies, lines } = await begin();
    await new Promise<void>((resolve) => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write('secret? yes\r\n\r\n'));
      socket.on('close', () => resolve()).resume();
    });
    assert.deepEqual(replies, [400]);
    const [{ level, msg, status, peer } = {}, ...others] = lines().map(
      (line) => JSON.parse(line) as Readonly<Record<string, unknown>>,
    );
    assert.deepEqual(
      [level, msg, status, peer, others],
      ['info', 'a webhook is not taken in: the request is not HTTP', 400, '127.0.0.1', []],
    );
  });

  it('speaks TLS by the files of the flags', async () => {
    const { cert, key } = await createCertificate();
    const [certFile, keyFile] = [join(directory, 'tls.crt'), join(directory, 'tls.key')];
    await writeFile(certFile, cert);
    await writeFile(keyFile, key);
    const { url } = await begin([
      '--webhook-addr=127.0.0.1:0',
      `--webhook-cert-file=${certFile}`,
      `--webhook-key-file=${keyFile}`,
    ]);
    const status = await new Promise((resolve, reject) => {
      https
        .get(`${url}${path}`, { rejectUnauthorized: false, agent: false }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        })
        .on('error', reject);
    });
    assert.equal(status, 405);
  });

  it('asks to come again, whoever asks, from the moment on at which a Pipeline is new until its key is known', async () => {
    const { url, learn } = await begin();
    await isKnown(url);
    const ask = () => post(`${url}/promotion/default/nobody/dev`);
    assert.equal((await ask()).status, 401);
    learn({ type: 'pipeline-seen', pipeline: signed('new') });
    assert.equal((await ask()).status, 503);
    await eventually(async () => assert.equal((await ask()).status, 401));
  });
});
