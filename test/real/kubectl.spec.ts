import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { startApiServer, type ApiServer } from '../../src/sandbox/api-server/start-api-server.ts';
import { gadgetDefinition } from '../contract/gadget.ts';
import { componentPath } from './support/component-path.ts';

const run = promisify(execFile);

const gadget = (name: string, size: number) => ({
  apiVersion: 'kubectl.example.org/v1',
  kind: 'Gadget',
  metadata: { name, namespace: 'default' },
  spec: { size, color: 'green' },
});

describe("kubectl works against the sandbox's API server", () => {
  let server: ApiServer;
  let directory: string;
  const kubectl = async (...args: readonly string[]): Promise<string> => {
    const environment = { ...process.env, KUBECONFIG: join(directory, 'kubeconfig'), HOME: directory };
    const { stdout } = await run(componentPath('KUBECTL'), args, { env: environment, timeout: 20_000 });
    return stdout;
  };
  const file = async (name: string, content: object): Promise<string> => {
    const path = join(directory, name);
    await writeFile(path, JSON.stringify(content));
    return path;
  };

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'leafwatch-kubectl-'));
    server = await startApiServer({ crds: [gadgetDefinition('kubectl.example.org')] });
    await writeFile(join(directory, 'kubeconfig'), server.kubeconfig(), { mode: 0o600 });
  });
  after(async () => {
    await server.close();
    await rm(directory, { recursive: true, force: true });
  });

  it('apply --server-side, get, annotate, describe, delete', async () => {
    const one = await file('one.json', gadget('one', 3));
    assert.match(await kubectl('apply', '--server-side', '-f', one), /one serverside-applied/);
    assert.match(await kubectl('get', 'gd'), /^NAME +SIZE +PHASE +AGE\none +3 +\d+s\n$/);
    assert.match(await kubectl('annotate', 'gd', 'one', 'example.org/note=hello'), /one annotated/);
    assert.match(await kubectl('label', 'gd', 'one', 'tier=web'), /one labeled/);
    assert.match(
      await kubectl('get', 'gd', '-A', '-l', 'tier=web', '-o', 'name'),
      /^gadget.kubectl.example.org\/one\n$/,
    );
    assert.match(await kubectl('describe', 'gd', 'one'), /example.org\/note: hello[^]*Size: +3[^]*Events: +<none>/);
    assert.match(await kubectl('delete', 'gd', 'one'), /"one" deleted/);
    await assert.rejects(
      kubectl('get', 'gd', 'one'),
      /Error from server \(NotFound\): gadgets.kubectl.example.org "one" not found/,
    );
  });

  it('create, apply, patch --subresource status, wait', async () => {
    await kubectl('create', '-f', await file('two.json', gadget('two', 3)));
    await kubectl('apply', '-f', await file('two.json', gadget('two', 4)));
    assert.equal(await kubectl('get', 'gd', 'two', '-o', 'jsonpath={.spec.size}'), '4');
    const waiting = kubectl('wait', '--for=jsonpath={.status.phase}=Fine', 'gd/two', '--timeout=15s');
    await kubectl('patch', 'gd', 'two', '--type=merge', '--subresource=status', '-p', '{"status":{"phase":"Fine"}}');
    assert.match(await waiting, /two condition met/);
  });

  it('get --watch', async () => {
    const environment = { ...process.env, KUBECONFIG: join(directory, 'kubeconfig'), HOME: directory };
    const watching = spawn(componentPath('KUBECTL'), ['get', 'gd', '--watch'], { env: environment });
    const lines = createInterface({ input: watching.stdout })[Symbol.asyncIterator]();
    try {
      await kubectl('create', '-f', await file('three.json', gadget('three', 3)));
      const seen: string[] = [];
      while (!seen.some((line) => /^three +3/.test(line))) {
        const line: IteratorResult<string, unknown> = await lines.next();
        assert.ok(line.done !== true, 'the watch has ended');
        seen.push(line.value);
      }
      assert.match(seen[0] ?? '', /^NAME +SIZE +PHASE +AGE$/);
    } finally {
      watching.kill();
    }
  });

  it('apply -k', async () => {
    const folder = join(directory, 'base');
    await mkdir(folder);
    const resources = {
      'account.json': { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'app' } },
      'deployment.json': {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'app' },
        spec: {
          selector: { matchLabels: { app: 'app' } },
          template: { metadata: { labels: { app: 'app' } }, spec: { containers: [{ name: 'app', image: 'app:1' }] } },
        },
      },
    };
    for (const [name, content] of Object.entries(resources)) await file(join('base', name), content);
    const kustomization = {
      namespace: 'default',
      images: [{ name: 'app', newTag: '2' }],
      resources: Object.keys(resources),
    };
    await file(join('base', 'kustomization.yaml'), kustomization);
    await kubectl('apply', '-k', folder);
    assert.match(await kubectl('apply', '-k', folder), /deployment.apps\/app unchanged/);
    assert.match(await kubectl('get', 'deployment', 'app', '-o', 'yaml'), /image: app:2/);
  });

  it('create secret, configmap, namespace, token; auth can-i', async () => {
    await kubectl('create', 'namespace', 'made');
    await kubectl('create', 'secret', 'generic', 'creds', '--from-literal=value=secret', '-n', 'made');
    await kubectl('label', 'secret', 'creds', '-n', 'made', 'a=b');
    assert.equal(await kubectl('get', 'secret', 'creds', '-n', 'made', '-o', 'jsonpath={.data.value}'), 'c2VjcmV0');
    assert.match(await kubectl('describe', 'secret', 'creds', '-n', 'made'), /value: +6 bytes/);
    await kubectl('create', 'configmap', 'map', '--from-literal=a=b', '-n', 'made');
    await kubectl('create', 'serviceaccount', 'reader', '-n', 'made');
    const token = (await kubectl('create', 'token', 'reader', '-n', 'made')).trim();
    assert.equal(await kubectl('auth', 'can-i', 'list', 'secrets', '-n', 'made'), 'yes\n');
    await writeFile(join(directory, 'reader'), server.kubeconfig({ token }));
    const asReader = ['--kubeconfig', join(directory, 'reader'), '-n', 'made'];
    await assert.rejects(kubectl(...asReader, 'auth', 'can-i', 'list', 'secrets'), { stdout: 'no\n' });
    await assert.rejects(
      kubectl(...asReader, 'get', 'secrets'),
      /User "system:serviceaccount:made:reader" cannot list resource/,
    );
    await kubectl('delete', 'namespace', 'made');
  });

  it('says what a schema refuses', async () => {
    const wrong = await file('wrong.json', { ...gadget('wrong', 3), spec: { size: 3, what: 1 } });
    await assert.rejects(kubectl('create', '-f', wrong), /strict decoding error: unknown field "spec.what"/);
    const zero = await file('zero.json', gadget('zero', 0));
    await assert.rejects(
      kubectl('apply', '--server-side', '-f', zero),
      /spec.size in body should be greater than or equal to 1/,
    );
  });
});
