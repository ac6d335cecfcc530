import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { KubeConfig } from '@kubernetes/client-node';
import { systemClock } from '../../src/clock.ts';
import { createObjects, type Objects } from '../../src/kube/call/objects.ts';
import { eventually } from '../support/eventually.ts';
import { commandsIn, fencedBlocks } from '../support/fenced-blocks.ts';
import type { Cluster } from './support/connect-cluster.ts';
import { kubectl } from './support/kubectl.ts';
import { startControlPlane, type ControlPlane } from './support/start-control-plane.ts';

const file = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const path = '/apis/pipelines.weave.works/v1alpha1/namespaces/podinfo/pipelines/podinfo';
const annotation = (name: string): string => `pipelines.weave.works/${name}`;

interface Live {
  readonly metadata: {
    readonly uid: string;
    readonly resourceVersion: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly labels?: Readonly<Record<string, string>>;
    readonly managedFields: readonly { readonly manager: string; readonly operation: string }[];
  };
  readonly spec: { readonly suspend?: boolean };
  readonly status: { readonly observedGeneration?: number };
}

describe('the admission policy for approvals', () => {
  let controlPlane: ControlPlane<'management'>;
  let cluster: Cluster;
  let document: string;
  let pipeline: string;
  let leafwatch: Objects;
  const [alice, bob, eve] = ['alice@example.org', 'bob@example.org', 'eve@example.org'];
  const flux = 'system:serviceaccount:podinfo:flux';

  const admin = (args: readonly string[], input?: string) => kubectl(cluster, args, { ...(input && { input }) });
  const as = (user: string, ...args: readonly string[]) => admin(['--as', user, ...args]);
  const annotate = (user: string, ...annotations: readonly string[]) =>
    as(user, '-n', 'podinfo', 'annotate', '--overwrite', 'pipeline', 'podinfo', ...annotations.map(annotation));
  const patch = (user: string, change: object) =>
    as(user, '-n', 'podinfo', 'patch', 'pipeline', 'podinfo', '--type=merge', '-p', JSON.stringify(change));
  const bind = (user: string, role: string, name = `${role}-${user.replaceAll(/\W/g, '-')}`) =>
    admin(['-n', 'podinfo', 'create', 'rolebinding', name, '--clusterrole', role, '--user', user]);
  const live = async () => (await cluster.expect('GET', path)) as Live;
  const annotations = async () => (await live()).metadata.annotations ?? {};
  const create = () => admin(['apply', '--server-side', '--field-manager=kustomize-controller', '-f', '-'], pipeline);

  /** Applies the Pipeline as kustomize-controller does: it takes what kubectl wrote for its own first, unless told to merge (fluxcd/pkg, ssa). */
  const applyAsFlux = async (manifest: string, user = flux) => {
    const owner = 'kustomize-controller';
    const { managedFields } = (await live()).metadata;
    const taken = managedFields.map((entry) =>
      entry.manager.startsWith('kubectl') ? { ...entry, manager: owner, operation: 'Apply' } : entry,
    );
    if (!manifest.includes('kustomize.toolkit.fluxcd.io/ssa: Merge')) {
      const change = [{ op: 'replace', path: '/metadata/managedFields', value: taken }];
      const type = ['--type=json', '-p', JSON.stringify(change)];
      await as(user, '-n', 'podinfo', 'patch', 'pipeline', 'podinfo', ...type, `--field-manager=${owner}`);
    }
    const apply = ['--as', user, 'apply', '--server-side', '--force-conflicts', `--field-manager=${owner}`, '-f', '-'];
    return admin(apply, manifest);
  };

  before(async () => {
    controlPlane = await startControlPlane({ clusters: ['management'] });
    cluster = controlPlane.clusters.management;
    document = await readFile(file('docs/approvals.md'), 'utf8');
    const [first = '', ...grants] = fencedBlocks(document, 'yaml');
    pipeline = first;
    await admin(['apply', '--server-side', '-k', file('manifests')]);
    await admin(['wait', '--for=condition=Established', 'crd/pipelines.pipelines.weave.works']);
    await admin(['create', 'namespace', 'podinfo']);
    for (const command of commandsIn(document).filter((words) => words.includes('apply')))
      await admin(command.slice(1).map((word) => (word.startsWith('manifests/') ? file(word) : word)));
    for (const grant of grants) await admin(['apply', '--server-side', '-f', '-'], grant);
    for (const user of [bob, eve, flux])
      for (const role of ['leafwatch-view', 'leafwatch-edit']) await bind(user, role);
    await bind(eve, 'leafwatch-approver');
    await create();
    // The API server takes a moment to take a new policy up.
    await eventually(() => assert.rejects(annotate(bob, 'approve.prod=0.0.1')));
    await eventually(() => assert.rejects(patch(alice, { metadata: { labels: { a: 'b' } } })));
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromString(cluster.kubeconfig(await cluster.serviceAccountToken('leafwatch-system', 'leafwatch')));
    leafwatch = createObjects({ kubeConfig, clock: systemClock });
  });
  after(() => controlPlane.close());
  beforeEach(async () => {
    await admin(['-n', 'podinfo', 'delete', 'pipeline', 'podinfo']);
    await create();
  });

  it('lets who may edit and not approve edit, and says what approving needs', async () => {
    await patch(bob, { spec: { suspend: true }, metadata: { labels: { team: 'a' }, annotations: { note: 'b' } } });
    assert.equal((await live()).spec.suspend, true);
    for (const name of ['approve', 'reject', 'retry', 'approved-by'])
      await assert.rejects(annotate(bob, `${name}.prod=6.1.5`), /Forbidden/, name);
    await assert.rejects(
      annotate(bob, 'approve.prod=6.1.5'),
      /'bob@example\.org' may not approve, reject or retry promotions of Pipeline podinfo\/podinfo\. That needs the verb `approve` on pipelines\.pipelines\.weave\.works in this namespace\. .* kubectl create rolebinding leafwatch-approver --namespace podinfo --clusterrole leafwatch-approver --user 'bob@example\.org'/,
    );
  });

  it('gives by its message the very command that grants the right', async () => {
    const carol = 'carol@example.org';
    await bind(carol, 'leafwatch-edit');
    await bind(carol, 'leafwatch-view');
    const refusal = await annotate(carol, 'approve.prod=6.1.5').then(() => assert.fail('it was let in'), String);
    const [, command = ''] = /(kubectl create rolebinding .*')/.exec(refusal) ?? [];
    await admin(command.replaceAll("'", '').split(' ').slice(1));
    await eventually(() => annotate(carol, 'approve.prod=6.1.5'));
  });

  it('lets who may not approve neither change nor take back what an approver has written', async () => {
    await annotate(alice, 'approve.prod=6.1.5', 'reject.dev=6.1.6');
    for (const change of ['approve.prod=6.1.6', 'approve.prod-', 'reject.dev-'])
      await assert.rejects(annotate(bob, change), /may not approve/, change);
    await patch(bob, { metadata: { labels: { team: 'b' } } });
    assert.equal((await annotations())[annotation('approve.prod')], '6.1.5');
  });

  it('holds the creation of a Pipeline to the same', async () => {
    const approved = pipeline
      .replace('name: podinfo\n', 'name: other\n')
      .replace('annotations:\n', "annotations:\n    pipelines.weave.works/approve.prod: '6.1.5'\n");
    const creating = (user: string) => admin(['--as', user, 'create', '-f', '-'], approved);
    await assert.rejects(creating(bob), /'bob@example\.org' may not approve.* of Pipeline podinfo\/other/);
    await creating(eve);
  });

  it('lets who may approve and not edit approve, reject and retry, and nothing else', async () => {
    await annotate(alice, 'approve.prod=6.1.5', 'reject.dev=6.1.6', 'retry.prod=6.1.5');
    await annotate(alice, 'approve.prod-');
    const refused =
      /'alice@example\.org' may approve promotions of Pipeline podinfo\/podinfo, and change nothing of it but .* needs the verb `update`/;
    for (const change of [
      { spec: { suspend: true } },
      { metadata: { labels: { a: 'b' } } },
      { metadata: { annotations: { note: 'a' } } },
      { metadata: { annotations: { 'kustomize.toolkit.fluxcd.io/ssa': null } } },
      { metadata: { annotations: { 'pipelines.weave.works/other.prod': 'a' } } },
      { metadata: { finalizers: ['example.org/stay'] } },
      { metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'a', uid: 'a' }] } },
      { metadata: { annotations: { [annotation('approve.prod')]: '6.1.5' } }, spec: { suspend: true } },
    ])
      await assert.rejects(patch(alice, change), refused, JSON.stringify(change));
    await assert.rejects(as(alice, '-n', 'podinfo', 'delete', 'pipeline', 'podinfo'), /cannot delete/);
  });

  it('goes on to let edit who has always done so by patch alone', async () => {
    await admin([
      ...['-n', 'podinfo', 'create', 'role', 'patcher', '--resource=pipelines.pipelines.weave.works'],
      ...['--verb=get', '--verb=patch'],
    ]);
    const dave = 'dave@example.org';
    await admin(['-n', 'podinfo', 'create', 'rolebinding', 'patchers', '--role=patcher', `--user=${dave}`]);
    await eventually(() => patch(dave, { spec: { suspend: true } }));
    await assert.rejects(annotate(dave, 'approve.prod=6.1.5'), /may not approve/);
  });

  it('lets who has both rights do both at once', async () => {
    await patch(eve, { spec: { suspend: true }, metadata: { annotations: { [annotation('approve.prod')]: '6.1.5' } } });
    assert.equal((await live()).spec.suspend, true);
  });

  it('refuses the name of another, also one that stands there from an earlier approval', async () => {
    await assert.rejects(
      annotate(alice, 'approve.prod=6.1.5', `approved-by.prod=${bob}`),
      /approved-by\.prod must be the name of the one who makes the request, 'alice@example\.org', and not 'bob@example\.org'/,
    );
    await annotate(alice, 'approve.prod=6.1.5', `approved-by.prod=${alice}`);
    await annotate(eve, 'reject.dev=6.1.6');
    await assert.rejects(annotate(eve, 'approve.prod=6.1.6'), /'eve@example\.org', and not 'alice@example\.org'/);
    await annotate(eve, 'approve.prod=6.1.6', `approved-by.prod=${eve}`);
    await annotate(alice, 'approve.prod=6.1.7', 'approved-by.prod-');
    assert.equal((await annotations())[annotation('approved-by.prod')], undefined);
  });

  it('lets Leafwatch take the annotations off, and not edit', async () => {
    await annotate(alice, 'approve.prod=6.1.5', `approved-by.prod=${alice}`);
    const { uid, resourceVersion } = (await live()).metadata;
    const removal = { pipeline: 'podinfo/podinfo', uid, annotation: annotation('approve.prod') } as const;
    assert.equal((await leafwatch.removeAnnotation({ ...removal, value: '6.1.4' })).removed, false);
    assert.equal((await leafwatch.removeAnnotation({ ...removal, uid: 'another', value: '6.1.5' })).removed, false);
    assert.equal((await live()).metadata.resourceVersion, resourceVersion);
    const removed = await leafwatch.removeAnnotation({ ...removal, value: '6.1.5' });
    assert.deepEqual(removed.seen?.metadata.annotations, await annotations());
    assert.ok(removed.removed && !(annotation('approve.prod') in removed.seen.metadata.annotations));
    const account = 'system:serviceaccount:leafwatch-system:leafwatch';
    await assert.rejects(patch(account, { spec: { suspend: true } }), /needs the verb `update`/);
    await assert.rejects(annotate(account, `approved-by.prod=${bob}`), /must be the name of the one/);
  });

  it('does not let an editor make an approver of himself', async () => {
    await admin(['-n', 'podinfo', 'create', 'role', 'admin', '--verb=create', '--resource=rolebindings']);
    await admin(['-n', 'podinfo', 'create', 'rolebinding', 'admins', '--role=admin', `--user=${bob}`]);
    const self = ['rolebinding', 'self', '--clusterrole', 'leafwatch-approver', `--user=${bob}`];
    await assert.rejects(as(bob, '-n', 'podinfo', 'create', ...self), /attempting to grant RBAC permissions/);
  });

  it('takes the commands of the page as they stand there', async () => {
    const typed = commandsIn(document).filter(([, ...words]) => words.includes('annotate'));
    assert.ok(typed.length >= 5);
    for (const [, ...words] of typed) await as(alice, ...words);
    assert.deepEqual(await annotations(), {
      'kustomize.toolkit.fluxcd.io/ssa': 'Merge',
      [annotation('reject.prod')]: '6.1.5',
      [annotation('retry.prod')]: '6.1.5',
      [annotation('approved-by.prod')]: alice,
    });
  });

  describe('with Flux, which applies the Pipeline again and again', () => {
    const written = { observedGeneration: 1 };
    const approvedAndWritten = async (...flags: readonly string[]) => {
      await as(alice, '-n', 'podinfo', 'annotate', ...flags, 'pipeline', 'podinfo', annotation('approve.prod=6.1.5'));
      const { resourceVersion } = (await live()).metadata;
      await leafwatch.applyPipelineStatus({ pipeline: 'podinfo/podinfo', resourceVersion, status: written });
    };
    const unmerged = () => pipeline.replace(/ {2}annotations:\n.*ssa: Merge\n/, '');

    it('keeps an approval and our status, when the Pipeline says Merge', async () => {
      await approvedAndWritten();
      await applyAsFlux(pipeline);
      await applyAsFlux(pipeline.replace('spec:\n', 'spec:\n  suspend: true\n'));
      const { metadata, spec, status } = await live();
      assert.equal(spec.suspend, true);
      assert.equal(metadata.annotations?.[annotation('approve.prod')], '6.1.5');
      assert.equal(status.observedGeneration, 1);
    });

    it('loses an approval without that, where Flux may approve', async () => {
      await applyAsFlux(unmerged(), eve);
      await approvedAndWritten();
      await applyAsFlux(unmerged(), eve);
      assert.deepEqual(await annotations(), {});
      assert.equal((await live()).status.observedGeneration, 1);
    });

    it('refuses without that to let Flux take an approval away, where it may not', async () => {
      await applyAsFlux(unmerged());
      await approvedAndWritten();
      await assert.rejects(applyAsFlux(unmerged()), /may not approve/);
    });

    it('keeps an approval that was written under a name that is not kubectl’s', async () => {
      await applyAsFlux(unmerged());
      await approvedAndWritten('--field-manager=flux-client-side-apply');
      await applyAsFlux(unmerged());
      assert.equal((await annotations())[annotation('approve.prod')], '6.1.5');
    });
  });
});
