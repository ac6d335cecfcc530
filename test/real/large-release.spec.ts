import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { eventually } from '../support/eventually.ts';
import { showsLargeRelease } from '../support/large-releases.ts';
import { startControlPlane, type ControlPlane } from './support/start-control-plane.ts';

/** What a real API server makes of such a release: it writes down who owns each of its values. */
describe('a watch of a real API server, of a HelmRelease', () => {
  let controlPlane: ControlPlane<'leaf'>;
  before(async () => {
    controlPlane = await startControlPlane({ clusters: ['leaf'] });
    const { leaf } = controlPlane.clusters;
    const crd = await readFile(new URL('../../src/sandbox/helmrelease-crd.yaml', import.meta.url), 'utf8');
    await leaf.expect('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', parse(crd));
    await leaf.ensureNamespace('apps');
    await eventually(
      async () => {
        await leaf.expect('GET', '/apis/helm.toolkit.fluxcd.io/v2/namespaces/apps/helmreleases');
      },
      { timeout: 30_000 },
    );
  });
  after(() => controlPlane.close());

  for (const size of ['one string of 1 MiB', '30,000 values', '30,000 values in a list'] as const)
    for (const way of ['a stream', 'a list'] as const)
      it(`with ${size} shows it in ${way}, and its changes`, async () => {
        const { leaf } = controlPlane.clusters;
        await showsLargeRelease({ ...leaf, token: leaf.adminToken }, size, way);
      });
});
