import assert from 'node:assert/strict';
import { Subject, type SchedulerLike } from 'rxjs';
import type { Fact } from '../../src/model/fact.ts';
import { FailureError } from '../../src/model/failure.ts';
import { createWorld } from '../../src/model/world.ts';
import { webhookKeys } from '../../src/sources/webhook-keys.ts';
import { anEnvironment, aPipeline, pullRequests } from '../support/builders.ts';
import { eventually } from '../support/eventually.ts';
import { letPass } from '../support/let-pass.ts';
import { virtualTime } from '../support/virtual-time.ts';

const path = (environment = 'dev', pipeline = 'podinfo') => ({ namespace: 'apps', pipeline, environment });
const signedBy = (name: string) => ({ strategy: { ...pullRequests.strategy, secretRef: { name } } });

describe('webhookKeys', () => {
  type Secrets = Record<string, Record<string, string | Buffer> | Error | undefined>;
  const bytesIn = (data: Record<string, string | Buffer>) =>
    Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value)]));
  const begin = (secrets: Secrets, scheduler?: SchedulerLike) => {
    const world = createWorld();
    const changes = new Subject<Fact>();
    const troubles: string[] = [];
    let asked = 0;
    const { keysOf, ready, reading } = webhookKeys({
      world,
      changes,
      readSecret: (namespace, name) => {
        asked += 1;
        const found = secrets[`${namespace}/${name}`];
        return found instanceof Error ? Promise.reject(found) : Promise.resolve(found && bytesIn(found));
      },
      onTrouble: (secret, trouble) => troubles.push(`${secret}: ${trouble}`),
      ...(scheduler ? { scheduler } : {}),
    });
    const see = (...pipelines: readonly ReturnType<typeof aPipeline>[]) => {
      for (const pipeline of pipelines) {
        const fact: Fact = { type: 'pipeline-seen', pipeline };
        world.learn(fact);
        changes.next(fact);
      }
    };
    const words = (environment?: string, pipeline?: string) =>
      keysOf(path(environment, pipeline))?.map((key) => Buffer.from(key).toString());
    return {
      world,
      changes,
      ready,
      see,
      keysOf,
      words,
      troubles,
      asked: () => asked,
      subscription: reading.subscribe(),
    };
  };

  it('are those of the environment, or else of the Pipeline, with the next one during a rotation', async () => {
    const { see, words, subscription } = begin({
      'apps/all': { 'hmac-key': 'one', 'hmac-key-next': 'two' },
      'apps/prod': { 'hmac-key': 'three' },
    });
    const environments = [anEnvironment('dev'), anEnvironment('prod', { promotion: signedBy('prod') })];
    see(aPipeline({ environments, promotion: signedBy('all') }));
    await eventually(() => assert.deepEqual([words('dev'), words('prod')], [['one', 'two'], ['three']]));
    subscription.unsubscribe();
  });

  it('are the bytes of the Secret, also where they are no text', async () => {
    const random = Buffer.from('00ff80c328f0288c28fe0a', 'hex');
    const { see, keysOf, subscription } = begin({ 'apps/all': { 'hmac-key': random } });
    see(aPipeline({ promotion: signedBy('all') }));
    await eventually(() => assert.deepEqual(keysOf(path()), [random]));
    subscription.unsubscribe();
  });

  it('are none where none is named, and unknown where anything is', async () => {
    const { see, words, troubles, subscription } = begin({ 'apps/empty': { other: 'x', 'hmac-key': '' } });
    see(
      aPipeline(),
      aPipeline({ name: 'absent', promotion: signedBy('absent') }),
      aPipeline({ name: 'empty', promotion: signedBy('empty') }),
    );
    await eventually(() => assert.equal(troubles.length, 2));
    assert.deepEqual(words(), []);
    for (const [environment, pipeline] of [
      ['qa', 'podinfo'],
      ['dev', 'nobody'],
      ['dev', 'absent'],
      ['dev', 'empty'],
    ])
      assert.equal(words(environment, pipeline), undefined, `${pipeline} ${environment}`);
    assert.deepEqual(troubles.sort(), ['apps/absent: it does not exist', 'apps/empty: it holds no hmac-key']);
    subscription.unsubscribe();
  });

  it('are forgotten with the last Pipeline that names them', async () => {
    const { world, see, words, subscription } = begin({ 'apps/all': { 'hmac-key': 'one' } });
    see(aPipeline({ promotion: signedBy('all') }));
    await eventually(() => assert.deepEqual(words(), ['one']));
    see(aPipeline({ promotion: pullRequests }));
    await eventually(() => assert.deepEqual(words(), []));
    see(aPipeline({ promotion: signedBy('all') }));
    await eventually(() => assert.deepEqual(words(), ['one']));
    world.learn({ type: 'pipeline-gone', pipeline: 'apps/podinfo' });
    assert.equal(words(), undefined);
    subscription.unsubscribe();
  });

  it('are read anew every minute, through a whole rotation; where they cannot be, those that were read stay', async () => {
    const time = virtualTime();
    const secrets: Record<string, Record<string, string> | Error> = { 'apps/all': { 'hmac-key': 'old' } };
    const { see, words, troubles, subscription } = begin(secrets, time.scheduler);
    see(aPipeline({ promotion: signedBy('all') }));
    await letPass(time, 1_000);
    assert.deepEqual(words(), ['old']);
    for (const [secret, known] of [
      [{ 'hmac-key': 'old', 'hmac-key-next': 'new' }, ['old', 'new']],
      [new Error('forbidden'), ['old', 'new']],
      [new Error('forbidden'), ['old', 'new']],
      [{ 'hmac-key': 'new' }, ['new']],
    ] as const) {
      secrets['apps/all'] = secret;
      await letPass(time, 60_000);
      assert.deepEqual(words(), known);
    }
    assert.equal(troubles.length, 1);
    assert.match(troubles[0] ?? '', /^apps\/all: .*forbidden/);
    subscription.unsubscribe();
  });

  it('are not ready while a Secret that nobody has read gets no answer, and ask for it again soon, and then less often', async () => {
    const time = virtualTime();
    const secrets: Record<string, Record<string, string> | Error> = { 'apps/all': new Error('no connection') };
    const { see, ready, words, changes, asked, subscription } = begin(secrets, time.scheduler);
    changes.next({ type: 'pipelines-listed', pipelines: [] });
    see(aPipeline({ promotion: signedBy('all') }));
    await letPass(time, 100);
    for (const [at, times] of [
      [1_000, 1],
      [2_000, 2],
      [6_000, 3],
      [14_000, 4],
    ] as const) {
      await letPass(time, at + 100 - time.scheduler.frame);
      assert.deepEqual([ready(), words(), asked()], [false, undefined, times]);
    }
    secrets['apps/all'] = { 'hmac-key': 'one' };
    await letPass(time, 16_000);
    assert.deepEqual([ready(), words()], [true, ['one']]);
    subscription.unsubscribe();
  });

  it('are ready once all Pipelines are listed and each Secret was read, or may not be', async () => {
    const time = virtualTime();
    const forbidden = new FailureError({ remedy: 'retry', reason: 'Forbidden', message: 'it may not be read' });
    const { see, ready, changes, subscription } = begin({ 'apps/all': forbidden }, time.scheduler);
    assert.equal(ready(), false);
    see(aPipeline({ promotion: signedBy('all') }));
    await letPass(time, 1_000);
    assert.equal(ready(), false);
    changes.next({ type: 'pipelines-listed', pipelines: [] });
    assert.equal(ready(), true);
    subscription.unsubscribe();
  });

  it('are not ready from the moment on at which a Pipeline names a Secret that nobody has read, until it is read or not named any more', async () => {
    const time = virtualTime();
    const secrets: Record<string, Record<string, string> | Error> = { 'apps/all': { 'hmac-key': 'one' } };
    const { world, see, ready, words, changes, subscription } = begin(secrets, time.scheduler);
    changes.next({ type: 'pipelines-listed', pipelines: [] });
    see(aPipeline({ promotion: signedBy('all') }));
    await letPass(time, 1_000);
    see(aPipeline({ promotion: signedBy('all') }));
    assert.equal(ready(), true);
    secrets['apps/other'] = new Error('no connection');
    see(aPipeline({ name: 'other', promotion: signedBy('other') }));
    assert.equal(ready(), false);
    await letPass(time, 1_000);
    assert.equal(ready(), false);
    secrets['apps/other'] = { 'hmac-key': 'two' };
    await letPass(time, 2_000);
    assert.deepEqual([ready(), words('dev', 'other')], [true, ['two']]);
    see(aPipeline({ name: 'short', promotion: signedBy('short') }));
    const gone: Fact = { type: 'pipeline-gone', pipeline: 'apps/short' };
    world.learn(gone);
    changes.next(gone);
    await letPass(time, 1_000);
    assert.equal(ready(), true);
    subscription.unsubscribe();
  });
});
