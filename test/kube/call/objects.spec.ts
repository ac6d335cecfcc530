import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { CoreV1Api, CustomObjectsApi, KubeConfig, setHeaderOptions, V1Secret } from '@kubernetes/client-node';
import { firstValueFrom, filter } from 'rxjs';
import { parse } from 'yaml';
import { systemClock } from '../../../src/clock.ts';
import { ApiError } from '../../../src/kube/call/api-call.ts';
import { createLeaseStore } from '../../../src/kube/lease/lease-store.ts';
import { leaderElection } from '../../../src/kube/lease/lease.ts';
import { createObjects, type Objects } from '../../../src/kube/call/objects.ts';
import type { Failure } from '../../../src/model/failure.ts';
import type { PipelineStatus } from '../../../src/model/pipeline-status.ts';
import { startApiServer, type ApiServer } from '../../../src/sandbox/api-server/start-api-server.ts';
import { eventually } from '../../support/eventually.ts';

const kubeConfigOf = (text: string): KubeConfig => {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromString(text);
  return kubeConfig;
};

const time = '2026-01-01T00:00:00Z';
const ready = (message: string): NonNullable<PipelineStatus['conditions']>[number] => ({
  type: 'Ready',
  status: 'True',
  reason: 'Succeeded',
  message,
  lastTransitionTime: time,
});

const failureOfRejected = async (promise: Promise<unknown>): Promise<Failure> => {
  const error = await promise.then(
    () => assert.fail('it did not reject'),
    (rejection: unknown) => rejection,
  );
  assert.ok(error instanceof ApiError);
  return error.failure;
};

const json = { 'content-type': 'application/json' };

/** Checks what becomes of calls to a server that answers by `handle`. */
const against = async (handle: http.RequestListener, check: (objects: Objects) => Promise<void>) => {
  const server = http.createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const kubeConfig = new KubeConfig();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  kubeConfig.loadFromClusterAndUser({ name: 'a', server: url, skipTLSVerify: true }, { name: 'a', token: 'hush' });
  try {
    await check(createObjects({ kubeConfig, clock: { now: () => 1_000_000, random: () => 0 } }));
  } finally {
    server.closeAllConnections();
    server.close();
  }
};

describe('objects', () => {
  let server: ApiServer;
  let kubeConfig: KubeConfig;
  let objects: Objects;
  const answers: string[] = [];

  before(async () => {
    const crd = parse(await readFile(new URL('../../../manifests/crd.yaml', import.meta.url), 'utf8')) as object;
    server = await startApiServer({ crds: [crd], tokens: { nobody: { user: 'nobody', groups: [] } } });
    kubeConfig = kubeConfigOf(server.kubeconfig());
    const onAnswer = (...answer: readonly string[]) => answers.push(answer.join(' '));
    objects = createObjects({ kubeConfig, clock: systemClock, onAnswer });
    await kubeConfig.makeApiClient(CustomObjectsApi).createNamespacedCustomObject({
      group: 'pipelines.weave.works',
      version: 'v1alpha1',
      plural: 'pipelines',
      namespace: 'default',
      body: {
        apiVersion: 'pipelines.weave.works/v1alpha1',
        kind: 'Pipeline',
        metadata: { name: 'podinfo', namespace: 'default' },
        spec: {
          appRef: { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', name: 'podinfo' },
          environments: [{ name: 'dev', targets: [{ namespace: 'podinfo' }] }],
        },
      },
    });
  });
  after(() => server.close());

  const current = async () => {
    const pipeline = await objects.getPipeline('default/podinfo');
    assert.ok(pipeline && 'spec' in pipeline);
    return pipeline;
  };
  const apply = async (status: PipelineStatus) => {
    const { resourceVersion } = (await current()).metadata;
    return objects.applyPipelineStatus({ pipeline: 'default/podinfo', resourceVersion, status });
  };

  const rawPipeline = async (): Promise<object> =>
    (await kubeConfig.makeApiClient(CustomObjectsApi).getNamespacedCustomObject({
      group: 'pipelines.weave.works',
      version: 'v1alpha1',
      plural: 'pipelines',
      namespace: 'default',
      name: 'podinfo',
    })) as object;

  it('reads a Pipeline, with the status of one that nobody has observed', async () => {
    const pipeline = await current();
    assert.deepEqual(pipeline.status, { observedGeneration: -1 });
    assert.equal(pipeline.metadata.generation, 1);
    assert.equal(await objects.getPipeline('default/absent'), undefined);
  });

  it('replaces all that it said before, and only that', async () => {
    await apply({
      observedGeneration: 1,
      conditions: [ready('one')],
      environments: { dev: { revision: '1.0.0', message: 'a' } },
    });
    const written = await apply({
      observedGeneration: 1,
      conditions: [ready('two')],
      environments: { dev: { message: 'b' } },
    });
    assert.ok(written !== 'conflict');
    assert.deepEqual(written.status, {
      observedGeneration: 1,
      conditions: [ready('two')],
      environments: { dev: { message: 'b' } },
    });
    assert.deepEqual(await current(), written);
  });

  it('keeps the version when nothing changes', async () => {
    const before = await apply({ observedGeneration: 1, conditions: [ready('same')] });
    const after = await apply({ observedGeneration: 1, conditions: [ready('same')] });
    assert.deepEqual(before, after);
  });

  it('writes nothing when the Pipeline has changed, or is gone', async () => {
    const { resourceVersion } = (await current()).metadata;
    await apply({ observedGeneration: 1, conditions: [ready('newer')] });
    for (const pipeline of ['default/podinfo', 'default/absent'] as const) {
      const status = { observedGeneration: 7 };
      assert.equal(await objects.applyPipelineStatus({ pipeline, resourceVersion, status }), 'conflict');
    }
    assert.equal((await current()).status.observedGeneration, 1);
  });

  it('says what the API server refused', async () => {
    const broken = { ...ready('x'), lastTransitionTime: 'yesterday' };
    const failure = await failureOfRejected(apply({ conditions: [broken] }));
    assert.equal(failure.remedy, 'give-up');
    assert.match(
      failure.message,
      /^writing the status of Pipeline default\/podinfo: the API server answered 422: .*lastTransitionTime/,
    );
  });

  describe('removing an annotation', () => {
    const annotation = 'pipelines.weave.works/approve.prod';
    const annotate = (value: string) =>
      kubeConfig.makeApiClient(CustomObjectsApi).patchNamespacedCustomObject(
        {
          ...{ group: 'pipelines.weave.works', version: 'v1alpha1', plural: 'pipelines' },
          ...{ namespace: 'default', name: 'podinfo' },
          body: { metadata: { annotations: { other: 'kept', [annotation]: value } } },
        },
        setHeaderOptions('Content-Type', 'application/merge-patch+json'),
      );
    const remove = async (value: string, which: { readonly uid?: string } = {}) => {
      const { uid } = (await current()).metadata;
      return objects.removeAnnotation({ pipeline: 'default/podinfo', uid, annotation, value, ...which });
    };

    it('takes off what says what was meant, and nothing else', async () => {
      await annotate('6.1.5');
      const removed = await remove('6.1.5');
      assert.deepEqual(removed.seen?.metadata.annotations, { other: 'kept' });
      assert.deepEqual(removed, { removed: true, seen: await current() });
      assert.deepEqual(await remove('6.1.5'), { removed: false, seen: await current() });
    });

    it('leaves what a person has written meanwhile, and what belongs to a successor of the same name', async () => {
      await annotate('6.1.6');
      assert.equal((await remove('6.1.5')).removed, false);
      assert.equal((await remove('6.1.6', { uid: 'of-another' })).removed, false);
      assert.equal((await current()).metadata.annotations[annotation], '6.1.6');
    });

    it('finds nothing to do where the Pipeline is gone', async () => {
      const gone = { pipeline: 'default/absent', uid: 'u', annotation, value: '6.1.5' } as const;
      assert.deepEqual(await objects.removeAnnotation(gone), { removed: false, seen: undefined });
    });

    it('does not take a change that is refused for one that is not needed', async () => {
      const pipeline = await rawPipeline();
      const refusing: http.RequestListener = (request, response) => {
        if (request.method === 'GET') response.writeHead(200, json).end(JSON.stringify(pipeline));
        else response.writeHead(422, json).end('{"kind":"Status","reason":"Invalid","message":"spec is invalid"}');
      };
      const { uid } = (await current()).metadata;
      await against(refusing, async (refused) => {
        const failure = await failureOfRejected(
          refused.removeAnnotation({ pipeline: 'default/podinfo', uid, annotation, value: '6.1.6' }),
        );
        assert.equal(
          failure.message,
          `removing the annotation ${annotation} of Pipeline default/podinfo: the API server answered 422: spec is invalid`,
        );
      });
    });

    it('says so when it may not', async () => {
      const nobody = createObjects({
        kubeConfig: kubeConfigOf(server.kubeconfig({ token: 'nobody' })),
        clock: systemClock,
      });
      const { uid } = (await current()).metadata;
      const removal = { pipeline: 'default/podinfo', uid, annotation, value: '6.1.6' } as const;
      assert.equal((await failureOfRejected(nobody.removeAnnotation(removal))).reason, 'Forbidden');
    });
  });

  it('records an Event once, however often it is told', async () => {
    const { uid } = (await current()).metadata;
    const announcement = { type: 'Normal', reason: 'Promoted', message: 'dev to staging' } as const;
    const clock = { ...systemClock, now: () => systemClock.now() + 60_000 };
    const later = createObjects({ kubeConfig, clock });
    await objects.createEvent('default/podinfo', uid, announcement);
    await later.createEvent('default/podinfo', uid, announcement);
    await objects.createEvent('default/podinfo', uid, { ...announcement, message: 'x'.repeat(2000) });
    const { items } = await kubeConfig.makeApiClient(CoreV1Api).listNamespacedEvent({ namespace: 'default' });
    assert.equal(items.length, 2);
    const event = items.find(({ message }) => message === 'dev to staging');
    assert.deepEqual(
      [event?.reason, event?.type, event?.source?.component, event?.involvedObject.kind, event?.involvedObject.uid],
      ['Promoted', 'Normal', 'leafwatch', 'Pipeline', uid],
    );
    // By the first kubectl tells how old it is.
    assert.ok(Number(event?.firstTimestamp) > systemClock.now() + 30_000);
    assert.deepEqual(event?.lastTimestamp, event?.firstTimestamp);
  });

  it('tells programs the same by annotations, and one thing from another by its id', async () => {
    const { uid } = (await current()).metadata;
    const announcement = (id: string) =>
      ({ type: 'Normal', reason: 'Promote', message: 'Promote it', metadata: { id, version: '6.1.5' } }) as const;
    for (const id of ['one', 'one', 'two']) await objects.createEvent('default/podinfo', uid, announcement(id));
    const { items } = await kubeConfig.makeApiClient(CoreV1Api).listNamespacedEvent({ namespace: 'default' });
    const told = items.filter(({ reason }) => reason === 'Promote').map(({ metadata }) => metadata.annotations);
    assert.deepEqual(
      told.sort((a, b) =>
        String(a?.['pipelines.weave.works/id']).localeCompare(String(b?.['pipelines.weave.works/id'])),
      ),
      ['one', 'two'].map((id) => ({ 'pipelines.weave.works/id': id, 'pipelines.weave.works/version': '6.1.5' })),
    );
  });

  it('reads the data of a Secret byte for byte', async () => {
    const key = Buffer.from([0x00, 0xff, 0xfe, 0x80, 0x0a]);
    const body = Object.assign(new V1Secret(), {
      metadata: { name: 'creds' },
      stringData: { username: 'ü' },
      data: { 'hmac-key': key.toString('base64') },
    });
    await kubeConfig.makeApiClient(CoreV1Api).createNamespacedSecret({ namespace: 'default', body });
    assert.deepEqual(await objects.readSecret('default', 'creds'), { username: Buffer.from('ü'), 'hmac-key': key });
    assert.equal(await objects.readSecret('default', 'absent'), undefined);
  });

  it('says what to do when it may not, or is not known', async () => {
    const nobody = createObjects({
      kubeConfig: kubeConfigOf(server.kubeconfig({ token: 'nobody' })),
      clock: systemClock,
    });
    const stranger = createObjects({
      kubeConfig: kubeConfigOf(server.kubeconfig({ token: 'unknown' })),
      clock: systemClock,
    });
    const forbidden = await failureOfRejected(nobody.readSecret('default', 'creds'));
    assert.equal(forbidden.remedy, 'retry');
    assert.match(
      forbidden.message,
      /^reading Secret default\/creds: the API server answered 403: .*; grant it by a Role/,
    );
    const unauthorized = await failureOfRejected(stranger.readSecret('default', 'creds'));
    assert.equal(unauthorized.reason, 'Unauthorized');
    assert.doesNotMatch(forbidden.message + unauthorized.message, /nobody-token|unknown/);
  });

  it('tells every answer for the metrics', () => {
    const { host } = new URL(server.url);
    for (const answer of ['GET', 'PATCH']
      .map((method) => `${method} ${host} 200`)
      .concat(`POST ${host} 201`, `GET ${host} 404`))
      assert.ok(answers.includes(answer), answer);
  });

  it('leads by a Lease, and releases it', async () => {
    const deps = { kubeConfig, clock: systemClock, namespace: 'default', name: 'leafwatch' };
    const store = createLeaseStore(deps);
    const failures: string[] = [];
    const onFailure = ({ message }: Failure) => failures.push(message);
    const election = leaderElection({ store, identity: 'pod-a', clock: systemClock, onFailure });
    let leads = false;
    const subscription = election.subscribe((leading) => (leads = leading));
    await eventually(() => assert.ok(leads, failures.join()));
    assert.equal((await store.read())?.holder, 'pod-a');
    subscription.unsubscribe();
    await eventually(async () => assert.equal((await store.read())?.holder, ''));
    const next = leaderElection({ store, identity: 'pod-b', clock: systemClock });
    await firstValueFrom(next.pipe(filter((leading) => leading)));
    assert.equal((await store.read())?.transitions, 1);
  });

  it('takes out of a status what an earlier controller has left there', async () => {
    const stale = {
      conditions: [{ ...ready('old'), type: 'PromotionPending' }],
      environments: { dev: { waitingApproval: { revision: '5.0.0' } } },
    };
    await kubeConfig.makeApiClient(CustomObjectsApi).replaceNamespacedCustomObjectStatus({
      group: 'pipelines.weave.works',
      version: 'v1alpha1',
      plural: 'pipelines',
      namespace: 'default',
      name: 'podinfo',
      fieldManager: 'pipeline-controller',
      body: { ...(await rawPipeline()), status: stale },
    });
    const status: PipelineStatus = {
      observedGeneration: 1,
      conditions: [ready('ours')],
      environments: { dev: { message: 'runs 6.1.4' } },
    };
    const written = await apply(status);
    assert.ok(written !== 'conflict');
    assert.deepEqual((await current()).status, status);
    assert.deepEqual(written.status, status);
  });
});

describe('a call to an API server', () => {
  it('is tried again no earlier than the server asks', () =>
    against(
      (_, response) => response.writeHead(429, { 'retry-after': '7' }).end('{"kind":"Status","message":"slow down"}'),
      async (objects) => {
        assert.deepEqual(await failureOfRejected(objects.readSecret('a', 'b')), {
          remedy: 'retry',
          reason: 'TooManyRequests',
          message: 'reading Secret a/b: the API server answered 429: slow down',
          retryAfter: 1_007_000,
        });
      },
    ));

  it('says that a proxy answered in its place', () =>
    against(
      (_, response) => response.writeHead(502, { 'content-type': 'text/html' }).end('<html>Bad gateway</html>'),
      async (objects) => {
        const { remedy, reason, message } = await failureOfRejected(objects.getPipeline('a/b'));
        assert.deepEqual([remedy, reason], ['retry', 'ApiServerError']);
        assert.equal(message, 'reading Pipeline a/b: the API server answered 502');
      },
    ));

  it('asks once more when a kept connection was closed in the meantime', () => {
    let answered = 0;
    return against(
      (request, response) => {
        answered += 1;
        if (answered === 2) request.socket.resetAndDestroy();
        else response.writeHead(404, { 'content-length': 2 }).end('{}');
      },
      async (objects) => {
        await objects.readSecret('a', 'b');
        assert.equal(await objects.readSecret('a', 'b'), undefined);
        assert.equal(answered, 3);
      },
    );
  });

  it('names the cause when the connection breaks', () =>
    against(
      (request) => request.socket.destroy(),
      async (objects) => {
        const { remedy, reason, message } = await failureOfRejected(objects.getPipeline('a/b'));
        assert.deepEqual([remedy, reason], ['retry', 'ApiServerUnreachable']);
        assert.match(message, /^reading Pipeline a\/b: .*(hang up|reset)/);
      },
    ));
});
