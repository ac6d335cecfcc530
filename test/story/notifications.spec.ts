import assert from 'node:assert/strict';
import { listen } from '../../src/sandbox/listen.ts';
import { eventually } from '../support/eventually.ts';
import { podinfoPipeline, releaseAt } from '../support/podinfo.ts';
import { passedOn, startNotificationController } from '../support/start-notification-controller.ts';
import { runInProcess, type InProcess } from './support/run-in-process.ts';
import { startSurroundings, type Surroundings } from './support/start-surroundings.ts';

const told = (url: string) => {
  const { spec, ...pipeline } = podinfoPipeline({ type: 'github', url });
  return { ...pipeline, spec: { ...spec, promotion: { strategy: { notification: {} } } } };
};

describe('a Pipeline whose promotions are handed over', () => {
  let surroundings: Surroundings;
  let receiver: Awaited<ReturnType<typeof startNotificationController>>;
  let sink: Awaited<ReturnType<typeof listen>>;
  let controller: InProcess;
  const types: string[] = [];
  let deaf = true;

  const promotion = async () => (await surroundings.pipeline()).status?.environments?.['prod']?.promotion;
  const reaches = (state: string) => eventually(async () => assert.equal((await promotion())?.state, state));
  const handovers = () => receiver.events().filter(({ reason }) => reason === 'Promote');
  const run = (url: string) =>
    runInProcess(surroundings, [
      `--events-addr=${url}`,
      `--cloudevents-sink=${sink.url}`,
      '--min-retry-delay=100ms',
      '--max-retry-delay=200ms',
    ]);

  before(async () => {
    surroundings = await startSurroundings();
    receiver = await startNotificationController(() => Date.now());
    sink = await listen((request, response) => {
      types.push(String(request.headers['ce-type']));
      response.writeHead(deaf ? 500 : 202).end();
    });
    await surroundings.apply(told(surroundings.forge.url));
    controller = run(`${sink.url}/nobody`);
  });
  after(async () => {
    await controller.stop();
    await receiver.close();
    await sink.close();
    await surroundings.close();
  });

  it('says why a promotion has not been handed over while its receiver fails, and tells it by an Event all the same', async () => {
    await eventually(async () =>
      assert.equal((await surroundings.pipeline()).status?.environments?.['prod']?.revision, '6.1.4'),
    );
    await surroundings.repository.commit(releaseAt('dev', '6.1.5'), 'feat(dev): 6.1.5');
    await eventually(async () => assert.equal((await promotion())?.reason, 'ReceiverFailed'));
    const { state, message } = (await promotion()) ?? {};
    assert.equal(state, 'Opening');
    assert.match(message ?? '', /^the receiver of --events-addr has not taken .*: 127\.0\.0\.1:\d+ answers 500$/);
    const events = (await surroundings.events()).filter((event) => event.startsWith('Promote:'));
    assert.deepEqual(events, ['Promote: Promote pipeline podinfo/podinfo to prod with version 6.1.5']);
  });

  it('hands it over once its receiver is there, also as another process', async () => {
    await controller.stop();
    deaf = false;
    controller = run(receiver.url);
    await reaches('Notified');
    assert.equal(handovers().length, 1);
    const { targets, id, token, ...metadata } = passedOn(handovers()[0]!);
    assert.equal(token, id);
    assert.deepEqual(JSON.parse(targets ?? ''), [
      { cluster: 'leafwatch-system/prod', namespace: 'podinfo', name: 'podinfo' },
    ]);
    assert.deepEqual(metadata, {
      pipeline: 'podinfo/podinfo',
      environment: 'prod',
      version: '6.1.5',
      revision: '6.1.5',
      from: 'dev',
      application: 'podinfo',
    });
  });

  it('has succeeded once other tooling has brought it there, and has told so', async () => {
    await surroundings.repository.commit(releaseAt('prod', '6.1.5'), 'feat(prod): 6.1.5');
    await reaches('Succeeded');
    await eventually(() => {
      const reasons = receiver.events().map(({ reason }) => reason);
      for (const reason of ['PromotionNotified', 'PromotionSucceeded', 'DeploymentSucceeded'])
        assert.ok(reasons.includes(reason), `${reason} is not among ${reasons.join(', ')}`);
      for (const type of ['dev.cdevents.service.upgraded.0.2.0', 'dev.cdeventsx.leafwatch-promotion.succeeded.0.1.0'])
        assert.ok(types.includes(type), `${type} is not among ${types.join(', ')}`);
    });
    assert.equal(handovers().length, 1);
  });
});
