import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { eventually } from '../support/eventually.ts';
import { podinfoPipeline, targetIn } from '../support/podinfo.ts';
import { runInProcess, type InProcess } from './support/run-in-process.ts';
import { startSurroundings, type Surroundings } from './support/start-surroundings.ts';

const key = 'a-key-of-webhooks';

/** A Pipeline of clusters that let nobody in. */
const unseenPipeline = (url: string) => {
  const { spec, ...pipeline } = podinfoPipeline({ type: 'github', url });
  const { strategy } = spec.promotion;
  return {
    ...pipeline,
    spec: {
      ...spec,
      environments: ['dev', 'prod'].map((name) => ({ name, targets: [targetIn(`unseen-${name}`)] })),
      promotion: { ...spec.promotion, strategy: { ...strategy, secretRef: { name: 'webhooks' } } },
    },
  };
};

describe('a Pipeline that lives on webhooks alone', () => {
  let surroundings: Surroundings;
  let controller: InProcess;
  const flags = ['--webhook-addr=127.0.0.1:0', '--pull-request-interval=200ms', '--min-retry-delay=100ms'];

  const webhookOf = (running: InProcess) =>
    eventually(() => {
      const webhook = running.lines().find(({ msg }) => msg === 'webhooks are heard')?.['webhook'];
      assert.ok(typeof webhook === 'string');
      return webhook;
    });
  let begin: number;
  /** A post as notification-controller makes it, of an event so many seconds after the first. */
  const post = async (
    environment: string,
    reason: string,
    revision: string,
    second: number,
    by = key,
    to = controller,
  ) => {
    const body = JSON.stringify({
      involvedObject: { kind: 'HelmRelease', namespace: 'podinfo', name: 'podinfo' },
      severity: reason.endsWith('Failed') ? 'error' : 'info',
      timestamp: new Date(begin + (second - 60) * 1000).toISOString(),
      message: `Helm: ${reason}`,
      reason,
      metadata: { revision },
    });
    const headers = { 'x-signature': `sha256=${createHmac('sha256', by).update(body).digest('hex')}` };
    const url = `${await webhookOf(to)}/promotion/podinfo/podinfo/${environment}`;
    const { status } = await fetch(url, { method: 'POST', headers, body });
    return status;
  };
  const send = (...event: Parameters<typeof post>) => eventually(async () => assert.equal(await post(...event), 202));
  const environment = async (name: string) => (await surroundings.pipeline()).status?.environments?.[name];
  const heads = async () => (await surroundings.forge.pulls.all()).map(({ head }) => head);

  before(async () => {
    // Not when the file is read: of a long run that is long ago, and too far from the clock of the controller.
    begin = Date.now();
    surroundings = await startSurroundings();
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'webhooks' },
      stringData: { 'hmac-key': key },
    };
    await surroundings.client.apply('/api/v1/namespaces/podinfo/secrets/webhooks', secret, 'test');
    await surroundings.apply(unseenPipeline(surroundings.forge.url));
    controller = runInProcess(surroundings, flags);
  });
  after(async () => {
    await controller.stop();
    await surroundings.close();
  });

  it('waits until both of its environments have been heard of', async () => {
    await send('dev', 'UpgradeSucceeded', '6.1.5', 10);
    await eventually(async () =>
      assert.match((await environment('prod'))?.message ?? '', /unseen-prod is not registered/),
    );
    assert.deepEqual(await heads(), []);
  });

  it('promotes what was heard to have succeeded', async () => {
    await send('prod', 'UpgradeSucceeded', '6.1.4', 10);
    await eventually(async () => assert.deepEqual(await heads(), ['promotions/podinfo/podinfo/prod/6.1.5']));
    const [target] = (await environment('dev'))?.targets ?? [];
    assert.deepEqual([target?.detectedBy, target?.revision, target?.ready], ['Webhook', '6.1.5', true]);
  });

  it('forgets nothing when it is started anew, and takes a repeated event for the same', async () => {
    await controller.stop();
    const before = await surroundings.pipeline();
    controller = runInProcess(surroundings, flags);
    await send('dev', 'UpgradeSucceeded', '6.1.5', 10);
    await send('prod', 'UpgradeSucceeded', '6.1.3', 9);
    assert.deepEqual((await surroundings.pipeline()).status?.environments, before.status?.environments);
    assert.equal((await heads()).length, 1);
  });

  it('has succeeded when the destination says so, and not when it says that it failed', async () => {
    await surroundings.forge.pulls.merge(1);
    await eventually(async () => assert.equal((await environment('prod'))?.promotion?.state, 'Merged'));
    await send('prod', 'UpgradeFailed', '6.1.5', 20);
    await eventually(async () => assert.equal((await environment('prod'))?.promotion?.state, 'Failed'));
    await send('prod', 'UpgradeSucceeded', '6.1.5', 30);
    await eventually(async () => assert.equal((await environment('prod'))?.promotion?.state, 'Succeeded'));
  });

  it('hears nothing that another key has signed', async () => {
    assert.equal(await post('dev', 'UpgradeSucceeded', '6.1.6', 40, 'another'), 401);
    assert.equal((await environment('dev'))?.revision, '6.1.5');
  });

  it('hears by a replica that does not lead as well: the one that leads acts on it', async () => {
    const follower = runInProcess(surroundings, flags, 'follower');
    try {
      await eventually(() => assert.ok(follower.lines().some(({ msg }) => msg === 'not leading')));
      const sent = ['dev', 'UpgradeSucceeded', '6.1.7', 50] as const;
      await eventually(async () => assert.equal(await post(...sent, key, follower), 202));
      await eventually(async () => assert.equal((await heads()).at(-1), 'promotions/podinfo/podinfo/prod/6.1.7'));
      assert.ok(!follower.lines().some(({ msg }) => msg === 'leading'));
    } finally {
      await follower.stop();
    }
  });

  it('leaves no key, digest or body in the log', () => {
    const printed = JSON.stringify(controller.lines());
    assert.ok(!printed.includes(key) && !/sha256=[0-9a-f]{64}|involvedObject/.test(printed));
  });
});
