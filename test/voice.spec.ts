import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { merge, NEVER, of, Subject } from 'rxjs';
import { announce as announceChanges } from '../src/decision/announce.ts';
import { engine } from '../src/engine.ts';
import type { Action, Handover, Outcome } from '../src/model/action.ts';
import type { Fact } from '../src/model/fact.ts';
import type { PromotionRecord } from '../src/model/pipeline-status.ts';
import { createWorld } from '../src/model/world.ts';
import { listen } from '../src/sandbox/listen.ts';
import { handOver } from '../src/sinks/hand-over.ts';
import { startVoice, type Voice, type VoiceDeps } from '../src/voice.ts';
import { anEnvironment, aPipeline, aTarget, clusterNamed, notifications } from './support/builders.ts';
import { aHelmRelease, aRecord, gaveUp, minutes, pullRequests, remembers, start } from './support/builders.ts';
import { eventually } from './support/eventually.ts';
import { failed } from './support/failed.ts';
import { retryDelays } from './support/given.ts';
import { letPass } from './support/let-pass.ts';
import { aDeployment } from './support/news.ts';
import { anOutside } from './support/outside.ts';
import { startNotificationController } from './support/start-notification-controller.ts';
import { virtualTime, type VirtualTime } from './support/virtual-time.ts';

const aVoice = (settings: VoiceDeps['settings'], time: VirtualTime) => {
  const counts = { sent: 0, lost: 0, waiting: () => 0 };
  const warnings: string[] = [];
  const voice = startVoice({
    settings,
    world: { pipeline: () => aPipeline() },
    clock: time.clock,
    scheduler: time.scheduler,
    log: { warn: (message, fields) => warnings.push(`${message} ${JSON.stringify(fields)}`) },
    identity: 'leafwatch-0',
    metrics: {
      newsSent: () => (counts.sent += 1),
      newsLost: () => (counts.lost += 1),
      newsWaiting: (_receiver, size) => (counts.waiting = size),
    },
  });
  return { voice, counts, warnings };
};

const servers: { readonly close: () => Promise<void> }[] = [];
const serve = async (handle: RequestListener): Promise<string> => {
  const server = await listen(handle);
  servers.push(server);
  return server.url;
};
const aController = async (now: () => number) => {
  const controller = await startNotificationController(now);
  servers.push(controller);
  return controller;
};
after(() => Promise.all(servers.map((server) => server.close())));

const announcement = { type: 'Normal', reason: 'Some', message: 'some news' } as const;
const announce = { type: 'announce', pipeline: 'apps/podinfo', uid: 'uid-1', announcement } as const;

describe('the voice', () => {
  it('says nothing to anybody without a flag', async () => {
    const { voice, counts } = aVoice({}, virtualTime());
    voice.announce(announce);
    voice.deployed([aDeployment()]);
    assert.equal(voice.handOver, undefined);
    await voice.close(1000);
    assert.deepEqual([counts.sent, counts.lost], [0, 0]);
  });

  it("tells Flux's notification-controller of what is announced and deployed, each once", async () => {
    const time = virtualTime({ start });
    const controller = await aController(time.clock.now);
    const { voice, counts } = aVoice({ eventsAddr: controller.url }, time);
    voice.announce(announce);
    voice.deployed([aDeployment(), aDeployment(), aDeployment({ status: 'failed' })]);
    await eventually(() => assert.equal(counts.sent, 3));
    assert.deepEqual(
      controller.events().map(({ reason }) => reason),
      ['Some', 'DeploymentSucceeded', 'DeploymentFailed'],
    );
    await voice.close(1000);
  });

  it('takes for told what notification-controller has had before, by another process', async () => {
    const time = virtualTime({ start });
    const controller = await aController(time.clock.now);
    for (let process = 0; process < 2; process++) {
      const { voice, counts } = aVoice({ eventsAddr: controller.url }, time);
      voice.deployed([aDeployment()]);
      await eventually(() => assert.equal(counts.sent, 1));
      await voice.close(1000);
    }
    assert.equal(controller.events().length, 1);
  });

  it('tells of each time that a promotion is given up, once, also where it had been before people mended something else', async () => {
    const controller = await aController(() => start);
    const { voice, counts } = aVoice({ eventsAddr: controller.url }, virtualTime({ start }));
    const at = (promotion: PromotionRecord) => remembers({ promotion });
    const second = { ...gaveUp(minutes(30)), message: 'the token may not push' };
    for (const promotion of [gaveUp(start), gaveUp(start), second])
      for (const action of announceChanges(aPipeline(), at(aRecord()), at(promotion))) voice.announce(action);
    await eventually(() => assert.equal(counts.sent, 2));
    assert.deepEqual(
      controller.events().map(({ message }) => message.replace(/.*Failed: /, '')),
      ['no marker in ./', 'the token may not push'],
    );
    await voice.close(1000);
  });

  const promotion: Handover = {
    ...{ pipeline: 'apps/podinfo', uid: 'uid-1', environment: 'prod', revision: '6.1.5', from: 'dev', id: 'p1' },
    announcement: { type: 'Normal', reason: 'Promote', message: 'Promote', metadata: { id: 'p1' } },
  };

  it('says of a promotion that is not taken whose answer it is, and that it waits for that', async () => {
    const url = await serve((_, response) => response.writeHead(503).end());
    const { voice } = aVoice({ eventsAddr: url }, virtualTime({ start }));
    const { reason, message } = await failed(voice.handOver?.(promotion) ?? Promise.resolve());
    const said = `${new URL(url).host} answers 503`;
    assert.equal(
      `${reason}: ${message}`,
      `ReceiverFailed: the receiver of --events-addr has not taken the promotion, which waits for that: ${said}`,
    );
  });

  it('hands a promotion over under its id, and again without harm', async () => {
    const controller = await aController(() => start);
    const { voice } = aVoice({ eventsAddr: controller.url }, virtualTime({ start }));
    await voice.handOver?.(promotion);
    await voice.handOver?.(promotion);
    assert.deepEqual(
      controller.events().map(({ reason, metadata }) => [reason, metadata?.['pipelines.weave.works/token']]),
      [['Promote', 'p1']],
    );
  });

  it('tells the sink of CDEvents what CDEvents has a word for', async () => {
    const types: unknown[] = [];
    const url = await serve((request, response) => {
      types.push(request.headers['ce-type']);
      response.writeHead(200).end();
    });
    const { voice, counts } = aVoice({ cloudeventsSink: url }, virtualTime({ start }));
    voice.announce(announce);
    voice.deployed([
      aDeployment(),
      aDeployment({ id: 'd2', version: '6.1.3' }),
      aDeployment({ id: 'd3', previous: undefined } as object),
      aDeployment({ id: 'd4', version: '6.1.4' }),
      aDeployment({ id: 'd5', status: 'failed' }),
      aDeployment({ id: 'd5', status: 'rolledback' }),
    ]);
    await eventually(() => assert.equal(counts.sent, 5));
    assert.deepEqual(
      types,
      ['upgraded', 'rolledback', 'deployed', 'deployed', 'rolledback'].map(
        (change) => `dev.cdevents.service.${change}.0.2.0`,
      ),
    );
    await voice.close(1000);
  });

  it('tells once what is taken by an answer that never ends', async () => {
    const time = virtualTime({ start });
    const asked: unknown[] = [];
    const url = await serve((request, response) => {
      asked.push(request.headers['ce-id']);
      response.writeHead(202).write('thanks, and');
    });
    const { voice, counts } = aVoice({ cloudeventsSink: url }, time);
    voice.deployed([aDeployment(), aDeployment({ id: 'd2' })]);
    await eventually(() => assert.equal(counts.sent, 2));
    time.advance(60_000);
    await voice.close(1000);
    assert.deepEqual([asked, counts.lost], [['d1.succeeded', 'd2.succeeded'], 0]);
  });

  it('says once a minute how much was lost, without the address', async () => {
    const time = virtualTime({ start });
    const url = await serve((_request, response) => response.writeHead(404).end());
    const { voice, counts, warnings } = aVoice({ eventsAddr: `${url}/secret` }, time);
    for (let number = 0; number < 50; number++) {
      voice.announce(announce);
      await eventually(() => assert.equal(counts.lost, number + 1), { every: 1 });
      time.advance(2000);
    }
    assert.equal(warnings.length, 2);
    assert.match(
      warnings[0] ?? '',
      /"receiver":"flux","lost":1,"reason":"refused","why":"127\.0\.0\.1:\d+ answers 404"/,
    );
    assert.match(warnings[1] ?? '', /"lost":30,/);
    assert.ok(!warnings.join().includes('secret'));
    await voice.close(1000);
  });
});

const count = 20;
const nameOf = (number: number): string => `app-${number}`;

/** Half of the Pipelines promote by pull request, half hand over; each in clusters of its own. */
const aFleet = () =>
  Array.from({ length: count }, (_, number) =>
    aPipeline({
      name: nameOf(number),
      uid: `uid-${number}`,
      promotion: number % 2 === 0 ? pullRequests : notifications,
      environments: ['dev', 'prod'].map((name) => anEnvironment(name, { targets: [aTarget(`${name}-${number}`)] })),
    }),
  );

const runsAt = (environment: string, number: number, revision: string, at: number): Fact => ({
  type: 'releases-listed',
  cluster: clusterNamed(`${environment}-${number}`),
  releases: [aHelmRelease({ revision, ready: { since: at }, deployed: { lastDeployed: at } })],
  at,
});

/** A whole engine whose voice speaks to a receiver; answers when each promotion was made, in its time. */
const aTalkingEngine = (time: VirtualTime, voice: Voice) => {
  const pipelines = aFleet();
  const outside = anOutside(...pipelines);
  const facts = new Subject<Fact>();
  const made: { readonly revision: string; readonly environment: string; readonly at: number; readonly of: string }[] =
    [];
  const over = handOver({
    objects: { createEvent: () => Promise.resolve() },
    clock: time.clock,
    ...(voice.handOver ? { tell: voice.handOver } : {}),
    patience: 5000,
    onAnswer: ({ pipeline, environment }) => facts.next({ type: 'promotion-unblocked', pipeline, environment }),
  });
  const perform = async (action: Action): Promise<Outcome> => {
    if (action.type === 'announce') voice.announce(action);
    if (action.type === 'open-pull-request' || action.type === 'hand-over') {
      const { pipeline: of, revision, environment } = action.promotion;
      made.push({ revision, environment, at: time.clock.now(), of });
    }
    if (action.type !== 'hand-over') return outside.perform(action);
    return over(action).catch((error: unknown) => {
      const message = error instanceof Error ? error.message : '';
      return { type: 'failed', action, failure: { remedy: 'retry', reason: 'ReceiverFailed', message } };
    });
  };
  const subscription = engine({
    world: createWorld(),
    perform,
    facts: merge(of(...outside.facts()), outside.changes, facts, NEVER),
    leading: of(true),
    stop: NEVER,
    concurrency: 2,
    scheduler: time.scheduler,
    clock: time.clock,
    retryDelays,
    pullRequestInterval: 60_000,
  }).subscribe(({ deployments }) => voice.deployed(deployments));
  return { facts, made, end: () => subscription.unsubscribe() };
};

const receivers: Readonly<Record<string, RequestListener>> = {
  hangs: () => undefined,
  refuses: (request) => request.socket.destroy(),
  'answers 500': (_request, response) => response.writeHead(500).end('out of order'),
};

describe('a receiver on which nothing waits', () => {
  for (const [name, handle] of Object.entries(receivers))
    it(`${name} for five minutes: no promotion is late, no more waits than may, and what was lost is counted`, async () => {
      const time = virtualTime({ start });
      const url = await serve(handle);
      const { voice, counts } = aVoice({ eventsAddr: url }, time);
      const { facts, made, end } = aTalkingEngine(time, voice);
      for (let number = 0; number < count; number++) facts.next(runsAt('prod', number, '6.0.0', start));
      const due: { readonly of: string; readonly revision: string; readonly at: number }[] = [];
      let most = 0;
      for (let round = 1; time.clock.now() < minutes(5); round++) {
        const number = round % count;
        const revision = `6.1.${round}`;
        due.push({ of: `apps/${nameOf(number)}`, revision, at: time.clock.now() });
        facts.next(runsAt('dev', number, revision, time.clock.now()));
        await letPass(time, 1000);
        most = Math.max(most, counts.waiting());
      }
      const late = due.map(({ of, revision, at }) => {
        const own = made.find((one) => one.of === of && one.revision === revision);
        assert.ok(own, `${revision} of ${of} was not promoted`);
        return own.at - at;
      });
      assert.equal(late.length, 300);
      assert.ok(Math.max(...late) <= 100, `late by ${Math.max(...late)} ms`);
      assert.ok(most <= 1001 && most > 100, `${most} waited`);
      const told = counts.sent + counts.lost + counts.waiting();
      end();
      await Promise.all([voice.close(0), letPass(time, 1)]);
      assert.equal(counts.sent + counts.lost, told);
      assert.ok(counts.lost > 100);
    });
});
