import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { pipelineCrd } from '../../../scripts/generate/crd.ts';
import { PipelineSpec } from '../../../src/model/pipeline-spec.ts';

interface Crd {
  readonly spec: {
    readonly names: { readonly shortNames: readonly string[]; readonly categories: readonly string[] };
    readonly versions: readonly {
      readonly additionalPrinterColumns: readonly { readonly name: string; readonly priority?: number }[];
      readonly schema: { readonly openAPIV3Schema: Readonly<Record<string, unknown>> };
    }[];
  };
}

const committed = async (): Promise<Crd> =>
  parse(await readFile(new URL('../../../manifests/crd.yaml', import.meta.url), 'utf8')) as Crd;

const weavePipeline = {
  apiVersion: 'pipelines.weave.works/v1alpha1',
  kind: 'Pipeline',
  metadata: { name: 'podinfo-02', namespace: 'flux-system' },
  spec: {
    appRef: { apiVersion: 'helm.toolkit.fluxcd.io/v2beta1', kind: 'HelmRelease', name: 'podinfo' },
    environments: [
      {
        name: 'dev',
        targets: [
          { namespace: 'podinfo-02-dev', clusterRef: { kind: 'GitopsCluster', name: 'dev', namespace: 'flux-system' } },
        ],
      },
      {
        name: 'prod',
        targets: [{ namespace: 'podinfo-02-prod' }],
        promotion: { manual: true, strategy: { notification: {} } },
      },
    ],
    promotion: {
      strategy: {
        'pull-request': {
          type: 'github',
          url: 'https://github.com/my-org/my-app-repo',
          baseBranch: 'main',
          secretRef: { name: 'github-credentials' },
        },
        secretRef: { name: 'hmac' },
      },
    },
  },
};

describe('the Pipeline CRD', () => {
  it('is committed as the schemas say', async () => {
    assert.deepEqual(await committed(), pipelineCrd(), 'run `npm run generate`');
  });

  it('takes a Pipeline that was written for Weave GitOps Enterprise', async () => {
    const [version] = (await committed()).spec.versions;
    const ajv = new Ajv({ strict: false, validateFormats: false });
    assert.ok(ajv.validate(version!.schema.openAPIV3Schema, weavePipeline), ajv.errorsText());
    assert.ok(PipelineSpec.safeParse(weavePipeline.spec).success);
  });

  it('refuses a Pipeline without environments or with an environment without targets', async () => {
    const [version] = (await committed()).spec.versions;
    const ajv = new Ajv({ strict: false, validateFormats: false });
    for (const environments of [[], [{ name: 'dev', targets: [] }], [{ name: 'Dev', targets: [{ namespace: 'a' }] }]])
      assert.ok(
        !ajv.validate(version!.schema.openAPIV3Schema, {
          ...weavePipeline,
          spec: { ...weavePipeline.spec, environments },
        }),
      );
  });

  it('shows the columns that people know, and starts with a status nobody has observed', async () => {
    const [version] = (await committed()).spec.versions;
    const shown = version!.additionalPrinterColumns
      .filter(({ priority = 0 }) => priority === 0)
      .map(({ name }) => name);
    assert.deepEqual(shown, ['App Kind', 'App Name', 'Age', 'Ready', 'Environments']);
    assert.ok(version!.additionalPrinterColumns.some(({ name, priority }) => name === 'Status' && priority === 1));
    const { properties } = version!.schema.openAPIV3Schema as { properties: { status: { default: unknown } } };
    assert.deepEqual(properties.status.default, { observedGeneration: -1 });
  });
});
