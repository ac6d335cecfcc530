import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { startApiServer, type ApiServer } from '../../../src/sandbox/api-server/start-api-server.ts';
import { createKubeClient } from '../../../src/sandbox/kube-client.ts';
import { showsLargeRelease } from '../../support/large-releases.ts';

describe('watch, of a HelmRelease', () => {
  let server: ApiServer;
  before(async () => {
    const crd = await readFile(new URL('../../../src/sandbox/helmrelease-crd.yaml', import.meta.url), 'utf8');
    server = await startApiServer({ crds: [parse(crd) as object] });
    const client = createKubeClient(server);
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'apps' } };
    await client.apply('/api/v1/namespaces/apps', namespace, 'test');
    client.close();
  });
  after(() => server.close());

  for (const size of ['one string of 1 MiB', '30,000 values', '30,000 values in a list'] as const)
    for (const way of ['a stream', 'a list'] as const)
      it(`with ${size} shows it in ${way}, and its changes`, () => showsLargeRelease(server, size, way));
});
