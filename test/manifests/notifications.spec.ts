import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { parse, parseAllDocuments } from 'yaml';
import { startApiServer, type ApiServer } from '../../src/sandbox/api-server/start-api-server.ts';
import { createKubeClient, type KubeClient } from '../../src/sandbox/kube-client.ts';
import { fencedBlocks } from '../support/fenced-blocks.ts';

const folder = new URL('../../manifests/notifications/', import.meta.url);
const read = (path: string, base = folder): string => readFileSync(new URL(path, base), 'utf8');

interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
}
interface Operation {
  readonly op: string;
  readonly path: string;
  readonly value: unknown;
}

const documentsOf = (text: string): readonly object[] =>
  parseAllDocuments(text).map((document) => document.toJS() as object);

/** Applies a JSON patch (RFC 6902) of tests and additions as an API server does to a CustomResourceDefinition. */
const patched = (target: object, operations: readonly Operation[]): object => {
  const result = structuredClone(target);
  for (const { op, path, value } of operations) {
    const steps = path.split('/').slice(1);
    const last = steps.pop();
    const parent = steps.reduce<unknown>((at, step) => (at as Readonly<Record<string, unknown>>)[step], result);
    if (op === 'test') assert.ok(isDeepStrictEqual((parent as Readonly<Record<string, unknown>>)[last!], value), path);
    else if (op === 'add' && last === '-' && Array.isArray(parent)) parent.push(value);
    else assert.fail(`${op} ${path}`);
  }
  return result;
};

const [alerts, providers] = documentsOf(read('../../test/fixtures/notification-crds.yaml'));
const patch = parse(read('alert-crd-patch.yaml')) as readonly Operation[];
const examples = readdirSync(new URL('examples/', folder));
const objectsIn = (text: string): readonly Resource[] =>
  documentsOf(text).filter((object): object is Resource => 'kind' in object);
const isFlux = ({ apiVersion }: Resource): boolean => apiVersion.startsWith('notification.toolkit.fluxcd.io/');

describe('manifests/notifications', () => {
  let server: ApiServer;
  let client: KubeClient;
  const start = async (definitions: readonly object[]) => {
    server = await startApiServer({ crds: [...definitions] });
    client = createKubeClient(server);
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'apps' } };
    await client.apply('/api/v1/namespaces/apps', namespace, 'tester');
  };
  afterEach(async () => {
    client.close();
    await server.close();
  });
  const apply = ({ ...object }: Resource) => {
    const { name, namespace } = object.metadata;
    const path = `/apis/${object.apiVersion}/namespaces/${namespace}/${object.kind.toLowerCase()}s/${name}`;
    return client.apply(path, object, 'tester');
  };

  it('is needed: an Alert that names a Pipeline is refused without it', async () => {
    await start([alerts!, providers!]);
    const alert = objectsIn(read('examples/slack.yaml')).find(({ kind }) => kind === 'Alert');
    await assert.rejects(apply(alert!), /eventSources\[0\]\.kind: Unsupported value/);
  });

  for (const example of examples)
    it(`lets an API server with Flux's schemas take examples/${example}`, async () => {
      await start([patched(alerts!, patch), providers!]);
      const objects = objectsIn(read(`examples/${example}`)).filter(isFlux);
      assert.deepEqual(objects.map(({ kind }) => kind).sort(), ['Alert', 'Provider']);
      for (const object of objects) await apply(object);
    });

  it('and what docs/notifications.md shows of Flux', async () => {
    await start([patched(alerts!, patch), providers!]);
    const blocks = fencedBlocks(read('../../docs/notifications.md'), 'yaml').flatMap(objectsIn).filter(isFlux);
    assert.ok(blocks.length > 0);
    for (const object of blocks) await apply(object);
  });

  it('patches no other version of the Alert than the one that it is written for', async () => {
    await start([]);
    const [version] = (alerts as { spec: { versions: object[] } }).spec.versions;
    const older = { ...alerts, spec: { versions: [{ ...version, name: 'v1beta2' }] } };
    assert.throws(() => patched(older, patch), /\/spec\/versions\/0\/name/);
  });
});
