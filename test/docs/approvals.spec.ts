import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { KubeConfig, KubernetesObjectApi, type KubernetesObject } from '@kubernetes/client-node';
import { parse, parseAllDocuments } from 'yaml';
import { readPipeline } from '../../src/model/read-pipeline.ts';
import { startApiServer, type ApiServer } from '../../src/sandbox/api-server/start-api-server.ts';
import { commandsIn, fencedBlocks } from '../support/fenced-blocks.ts';

const read = (path: string): Promise<string> => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');

describe('docs/approvals.md', () => {
  let server: ApiServer;
  let document: string;
  let policy: readonly KubernetesObject[];

  before(async () => {
    server = await startApiServer({ crds: [parse(await read('manifests/crd.yaml')) as object] });
    document = await read('docs/approvals.md');
    policy = parseAllDocuments(await read('manifests/approval-policy.yaml')).map(
      (one) => one.toJS() as KubernetesObject,
    );
  });
  after(() => server.close());

  const examples = () => fencedBlocks(document, 'yaml').map((block) => parse(block) as KubernetesObject);

  it('shows objects that an API server takes, and a Pipeline that can be read', async () => {
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromString(server.kubeconfig());
    const admin = KubernetesObjectApi.makeApiClient(kubeConfig);
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'podinfo' } };
    for (const object of [namespace, ...examples()]) {
      const created = await admin.create(object);
      if (object.kind === 'Pipeline') assert.ok('spec' in readPipeline(created));
    }
    assert.ok(examples().some(({ kind }) => kind === 'Pipeline'));
  });

  it('grants by a ClusterRole that the policy brings, and by the same verbs', () => {
    const role = policy.find(({ kind }) => kind === 'ClusterRole');
    const [binding, own] = ['RoleBinding', 'Role'].map((kind) => examples().find((one) => one.kind === kind));
    assert.ok(role && binding && own && 'roleRef' in binding && 'rules' in own && 'rules' in role);
    assert.equal((binding.roleRef as { name: string }).name, role.metadata?.name);
    const verbsOf = (rules: unknown) => (rules as readonly { verbs: readonly string[] }[])[0]?.verbs;
    assert.deepEqual(verbsOf(own.rules), verbsOf(role.rules));
  });

  it('types annotations that Leafwatch and the policy know', () => {
    const typed = commandsIn(document).flatMap((words) => words.filter((word) => word.startsWith('pipelines.weave')));
    assert.ok(typed.length >= 5);
    for (const word of typed) {
      const [, verb = ''] =
        /^pipelines\.weave\.works\/([a-z-]+)\.prod(=6\.1\.5|=alice@example\.org|-)$/.exec(word) ?? [];
      assert.ok(['approve', 'reject', 'retry', 'approved-by'].includes(verb), word);
      for (const one of policy.filter(({ kind }) => kind === 'ValidatingAdmissionPolicy'))
        assert.match(JSON.stringify(one), new RegExp(`[(|]${verb}[)|]`), one.metadata?.name);
    }
  });
});
