import assert from 'node:assert/strict';
import type { Fact } from '../../src/model/fact.ts';
import type { Target } from '../../src/model/pipeline-spec.ts';
import type { Pipeline } from '../../src/model/pipeline.ts';
import { aHelmRelease, anEnvironment, aPipeline, aTarget, minutes, pullRequests } from '../support/builders.ts';
import { isEmpty, runs, start } from '../support/builders.ts';
import { conditionOf, given, type Expected } from '../support/given.ts';

const appRef = (apiVersion: string, kind = 'HelmRelease') => ({ appRef: { apiVersion, kind, name: 'podinfo' } });
const due = [runs('dev', '6.1.5'), runs('prod', '6.1.4')];
const prodAt = (...targets: Target[]) =>
  aPipeline({ environments: [anEnvironment('dev'), anEnvironment('prod', { targets })] });
const at = (cluster: '/' | `${string}/${string}`, revision: string): Fact => ({
  type: 'releases-listed',
  cluster,
  releases: [aHelmRelease({ revision })],
  at: minutes(-90),
});
const promotes: Expected = { actions: ['open 6.1.5 in prod'] };

/** What stands in objects that people wrote for the tool before, and what it means here. */
const table: readonly (readonly [name: string, pipeline: Pipeline, facts: readonly Fact[], Expected])[] = [
  ['an appRef of today', aPipeline(appRef('helm.toolkit.fluxcd.io/v2')), due, promotes],
  ['an appRef of a version before', aPipeline(appRef('helm.toolkit.fluxcd.io/v2beta1')), due, promotes],
  [
    'a target that has its own name for the release',
    prodAt(aTarget('prod', { name: 'podinfo-eu' })),
    [runs('dev', '6.1.5'), runs('prod', '6.1.4', { key: 'podinfo/podinfo-eu' })],
    promotes,
  ],
  [
    'a target without a cluster: the management cluster',
    prodAt(aTarget(undefined)),
    [runs('dev', '6.1.5'), at('/', '6.1.4')],
    promotes,
  ],
  [
    'a cluster with a namespace of its own',
    prodAt(aTarget(undefined, { clusterRef: { kind: 'GitopsCluster', name: 'prod', namespace: 'fleet' } })),
    [runs('dev', '6.1.5'), at('fleet/prod', '6.1.4'), runs('prod', '9.0.0')],
    promotes,
  ],
  [
    'a cluster without one: that of the Pipeline',
    prodAt(aTarget('prod')),
    [runs('dev', '6.1.5'), runs('prod', '6.1.4'), at('fleet/prod', '9.0.0')],
    promotes,
  ],
  [
    'manual for the whole, and not for the environment, which says so itself',
    aPipeline({
      promotion: { ...pullRequests, manual: true },
      environments: [anEnvironment('dev'), anEnvironment('prod', { promotion: pullRequests })],
    }),
    due,
    promotes,
  ],
  [
    'a promotion block for the environment that names no strategy: nothing is taken from the other',
    aPipeline({ environments: [anEnvironment('dev'), anEnvironment('prod', { promotion: { manual: true } })] }),
    due,
    { actions: [], because: { prod: 'NoStrategy' } },
  ],
  [
    'an application that the last environment does not have yet',
    aPipeline(),
    [runs('dev', '6.1.5'), isEmpty('prod')],
    promotes,
  ],
  [
    'one environment alone',
    aPipeline({ environments: [anEnvironment('dev')] }),
    due,
    { actions: [], because: { dev: 'FirstEnvironment' } },
  ],
];

describe('an object that was written before', () => {
  for (const [name, pipeline, facts, expected] of table)
    it(`means the same: ${name}`, () => {
      given(pipeline, facts).when(start).then(expected);
    });

  it('that promotes something else than a HelmRelease is stalled, and says why', () => {
    for (const [apiVersion, kind] of [
      ['kustomize.toolkit.fluxcd.io/v1', 'Kustomization'],
      ['apps/v1', 'HelmRelease'],
    ] as const) {
      const { decision } = given(aPipeline(appRef(apiVersion, kind)), due).when(start);
      assert.deepEqual(decision.actions, []);
      for (const type of ['Ready', 'Stalled'])
        assert.match(
          conditionOf(decision, type) ?? '',
          new RegExp(`^(True|False) UnsupportedAppKind: appRef names ${apiVersion} ${kind}; only HelmRelease`),
        );
    }
  });
});
