import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { connectManagement } from '../../../src/kube/call/management.ts';

const of = (name: string, { server = `https://${name}.example:6443`, current = name } = {}): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    ...(current && { 'current-context': current }),
    contexts: [{ name, context: { cluster: name, user: name } }],
    clusters: [{ name, cluster: { server } }],
    users: [{ name, user: { token: 'the-token' } }],
  });

describe('connectManagement', () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'leafwatch-management-'));
  });
  after(() => rm(directory, { recursive: true, force: true }));

  const written = async (...texts: readonly string[]): Promise<string> => {
    const paths = texts.map((_, at) => join(directory, `${at}.kubeconfig`));
    await Promise.all(texts.map((text, at) => writeFile(paths[at] ?? '', text)));
    return paths.join(delimiter);
  };

  const refused: readonly (readonly [what: string, text: string, says: RegExp])[] = [
    ['without a current context', of('a', { current: '' }), /has no current context; set one by kubectl config/],
    ['whose current context is not in it', of('a', { current: 'b' }), /has no cluster for its current context b; set/],
    ['whose server is no URL', of('a', { server: 'nonsense' }), /names a server that is no URL such as https:/],
    ['that is empty', '', /cannot be read: it is no YAML$/],
    ['that is no YAML', 'users:\n- user: { token: the-token\n', /cannot be read: it is no YAML at line \d+$/],
  ];
  for (const [what, text, says] of refused)
    it(`refuses a kubeconfig ${what}, in one line that quotes nothing of it`, async () => {
      const kubeconfig = await written(text);
      assert.throws(
        () => connectManagement({ kubeconfig }),
        (error: Error) => {
          assert.match(error.message, says);
          assert.match(error.message, /^the kubeconfig .*0\.kubeconfig /);
          return !/the-token|\n/.test(error.message);
        },
      );
    });

  it('says that it is not in a pod where there is no kubeconfig either', () => {
    assert.throws(() => connectManagement({}), /^FailureError: not in a pod, and no kubeconfig was given/);
  });

  it('reads several files as kubectl does: the first that says a current context says it for all', async () => {
    const kubeconfig = await written(of('a', { current: '' }), of('b'), of('c'));
    const { kubeConfig, connection } = connectManagement({ kubeconfig });
    connection.close();
    assert.equal(kubeConfig.getCurrentCluster()?.server, 'https://b.example:6443');
  });

  it('takes what several files have under one name from the first, as kubectl does', async () => {
    const kubeconfig = await written(of('kubernetes', { server: 'https://first.example' }), of('kubernetes'), of('c'));
    const { kubeConfig, connection } = connectManagement({ kubeconfig });
    connection.close();
    assert.equal(kubeConfig.getCurrentCluster()?.server, 'https://first.example');
    for (const named of [kubeConfig.clusters, kubeConfig.users, kubeConfig.contexts])
      assert.deepEqual(
        named.map(({ name }) => name),
        ['kubernetes', 'c'],
      );
  });

  it('passes over those of several files that are not there, as kubectl does', async () => {
    const missing = join(directory, 'missing.kubeconfig');
    const kubeconfig = [missing, await written(of('a')), missing].join(delimiter);
    const { kubeConfig, connection } = connectManagement({ kubeconfig });
    connection.close();
    assert.equal(kubeConfig.getCurrentCluster()?.server, 'https://a.example:6443');
    for (const none of [missing, [missing, missing].join(delimiter)])
      assert.throws(() => connectManagement({ kubeconfig: none }), /cannot be read: ENOENT.*missing\.kubeconfig/);
  });
});
