import assert from 'node:assert/strict';
import type { Fact } from '../../src/model/fact.ts';
import { unreadableConditions } from '../../src/decision/conditions.ts';
import {
  aPipeline,
  aPullRequest,
  aRecord,
  gaveUp,
  anEnvironment,
  aTarget,
  clusterNamed,
  isEmpty,
  isLost,
  minutes,
} from '../support/builders.ts';
import { pullRequests, remembers, runs, seconds, start } from '../support/builders.ts';
import { conditionOf, given, saidOf } from '../support/given.ts';

const due = [runs('dev', '6.1.5'), runs('prod', '6.1.4')];
const level = [runs('dev', '6.1.4'), runs('prod', '6.1.4')];
const appRef = { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', name: 'podinfo' };

describe('the conditions', () => {
  it('say Ready, and what runs where, while a promotion waits for a person', () => {
    const promotion = { ...pullRequests, manual: true };
    const { decision } = given(aPipeline({ promotion }), due).when(start);
    assert.equal(conditionOf(decision, 'Ready'), 'True ReconciliationSucceeded: dev 6.1.5 › prod 6.1.4 ⏳ approval');
    assert.match(conditionOf(decision, 'PromotionPending') ?? '', /^True ApprovalRequired: prod: 6\.1\.5 waits for/);
    assert.equal(conditionOf(decision, 'Reconciling'), undefined);
    assert.equal(conditionOf(decision, 'Stalled'), undefined);
  });

  it('name what is wished of a forge that has nothing of the kind, wherever it is wished', () => {
    const wishing = (type: 'bitbucket-server' | 'gitlab') => {
      const pullRequest = {
        type,
        url: 'https://git.example/scm/a/b.git',
        baseBranch: 'main',
        secretRef: { name: 'x' },
      };
      const promotion = {
        strategy: {
          'pull-request': { ...pullRequest, labels: ['a'], reviewers: ['ann'], autoMerge: 'squash' as const },
        },
      };
      const environments = [anEnvironment('dev'), anEnvironment('prod', { promotion })];
      return conditionOf(given(aPipeline({ promotion, environments }), level).when(start).decision, 'NotHonoured');
    };
    assert.equal(
      wishing('bitbucket-server'),
      'True NotHonoured: not honoured: spec.promotion.strategy.pull-request.labels (bitbucket-server has none), spec.environments[prod].promotion.strategy.pull-request.labels (bitbucket-server has none)',
    );
    assert.equal(wishing('gitlab'), undefined);
  });

  it('say Reconciling while a pull request is being opened, and no longer when it is open', () => {
    const { decision } = given(aPipeline(), due).when(start);
    assert.equal(conditionOf(decision, 'Reconciling'), 'True Progressing: 6.1.5 is promoted from dev');
    const status = remembers({ promotion: aRecord({ state: 'Open', pullRequest: aPullRequest() }) });
    const after = given(aPipeline({ status }), due).when(start).decision;
    assert.equal(conditionOf(after, 'Reconciling'), undefined);
    assert.match(conditionOf(after, 'PromotionPending') ?? '', /^True PullRequestOpen: prod: 6\.1\.5 waits/);
  });

  it('say Stalled when a person must act, with the reason', () => {
    const { decision } = given(aPipeline({ status: remembers({ promotion: gaveUp(start) }) }), due).when(start);
    const said =
      'NoMarker: 6.1.5 is not promoted: no marker in ./; when that is mended, it goes on at 2026-03-02T10:05:00Z, or at once with: kubectl -n apps annotate --overwrite --field-manager=flux-client-side-apply pipeline podinfo reconcile.fluxcd.io/requestedAt="$(date +%s)"';
    assert.equal(conditionOf(decision, 'Ready'), `False ${said}`);
    assert.equal(conditionOf(decision, 'Stalled'), `True ${said}`);
  });

  it('are no longer Stalled when another revision has taken the place of the failed one', () => {
    const status = remembers({ promotion: aRecord({ revision: '6.1.4', state: 'Failed', reason: 'NoMarker' }) });
    const { decision } = given(aPipeline({ status, suspend: true }), due).when(start);
    assert.equal(conditionOf(decision, 'Stalled'), undefined);
    assert.match(conditionOf(decision, 'Ready') ?? '', /^True/);
  });

  it('name the cluster that is not registered', () => {
    const { decision } = given(aPipeline(), runs('dev', '6.1.4')).when(start);
    assert.match(
      conditionOf(decision, 'Ready') ?? '',
      /^False TargetClusterNotFound: cluster apps\/prod is not registered/,
    );
  });

  it('warn of a certificate from thirty days before its end until it is renewed, and stop nothing', () => {
    const days = (count: number) => start + count * 24 * 3_600_000;
    const holding = (end: number): Fact => ({
      type: 'cluster-certificates',
      cluster: clusterNamed('prod'),
      certificates: [{ of: 'client certificate', end, secret: 'apps/prod-kubeconfig' }],
    });
    const early = given(aPipeline(), level, holding(days(31))).when(start).decision;
    assert.deepEqual([conditionOf(early, 'CertificateExpiring'), early.wakeAt], [undefined, days(1)]);
    const late = given(aPipeline(), due, holding(days(30))).when(start);
    assert.equal(
      conditionOf(late.decision, 'CertificateExpiring'),
      'True CertificateExpiring: the client certificate for cluster apps/prod ends at 2026-04-01T10:00:00Z: ' +
        'renew the kubeconfig in Secret apps/prod-kubeconfig',
    );
    assert.equal(late.decision.wakeAt, days(30));
    late.then({ actions: ['open 6.1.5 in prod'] });
    const over = given(aPipeline(), level, holding(days(-1))).when(start).decision;
    assert.match(conditionOf(over, 'CertificateExpiring') ?? '', /has ended at 2026-03-01/);
    assert.equal(over.wakeAt, undefined);
  });

  it('name everything that is pending', () => {
    const environments = ['dev', 'staging', 'prod'].map((name) => anEnvironment(name));
    const facts = [runs('dev', '6.1.6'), runs('staging', '6.1.5'), runs('prod', '6.1.4')];
    const { decision } = given(aPipeline({ environments, suspend: true }), facts).when(start);
    assert.equal(
      conditionOf(decision, 'PromotionPending'),
      'True Suspended: staging: 6.1.6 waits: the Pipeline is suspended; prod: 6.1.5 waits: the Pipeline is suspended',
    );
  });

  it('carry the generation, and keep the time for as long as they keep their status', () => {
    const { status } = given(aPipeline(), level).when(start).decision;
    const later = given(aPipeline({ status, generation: 2 }), due).when(minutes(5)).decision.status;
    const [ready, reconciling] = later.conditions ?? [];
    assert.deepEqual([ready?.observedGeneration, later.observedGeneration], [2, 2]);
    assert.equal(ready?.lastTransitionTime, '2026-03-02T10:00:00Z');
    assert.equal(reconciling?.lastTransitionTime, '2026-03-02T10:05:00Z');
  });

  describe('of an appRef that is no HelmRelease', () => {
    it('stall the Pipeline, and nothing is done', () => {
      const { decision } = given(aPipeline({ appRef }), due).when(start);
      assert.match(
        conditionOf(decision, 'Stalled') ?? '',
        /^True UnsupportedAppKind: appRef names kustomize\S+ Kustom/,
      );
      assert.match(conditionOf(decision, 'Ready') ?? '', /^False UnsupportedAppKind/);
      assert.deepEqual([decision.actions, decision.judgements, decision.wakeAt], [[], [], undefined]);
    });

    it('do so for a HelmRelease of another group', () => {
      const foreign = { apiVersion: 'helm.example.org/v1', kind: 'HelmRelease', name: 'podinfo' };
      const { decision } = given(aPipeline({ appRef: foreign }), due).when(start);
      assert.match(conditionOf(decision, 'Stalled') ?? '', /UnsupportedAppKind/);
    });

    it('do not for any version of Flux’s HelmRelease', () => {
      const old = { apiVersion: 'helm.toolkit.fluxcd.io/v2beta1', kind: 'HelmRelease', name: 'podinfo' };
      given(aPipeline({ appRef: old }), due)
        .when(start)
        .then({ actions: ['open 6.1.5 in prod'] });
    });

    it('let the Pipeline keep its memory for when it is corrected', () => {
      const promotion = aRecord({ state: 'Closed', pullRequest: aPullRequest('closed') });
      const { decision } = given(aPipeline({ appRef, status: remembers({ promotion }) }), due).when(start);
      given(aPipeline({ status: decision.status }), due)
        .when(start)
        .then({ actions: [], because: { prod: 'PullRequestClosed' } });
    });
  });

  it('of a Pipeline that cannot be read name the path, and keep their time', () => {
    const { metadata } = aPipeline({ generation: 3 });
    const unreadable = { metadata, status: {}, problem: 'environments.0.targets: expected array' };
    const first = unreadableConditions(unreadable, [], start);
    assert.deepEqual(
      first.map(({ type, status, reason, message }) => [type, status, reason, message]),
      [
        ['Ready', 'False', 'InvalidSpec', 'environments.0.targets: expected array'],
        ['Stalled', 'True', 'InvalidSpec', 'environments.0.targets: expected array'],
      ],
    );
    assert.deepEqual(unreadableConditions(unreadable, first, minutes(5)), first);
  });
});

describe('an application that does not exist', () => {
  it('makes the Pipeline not Ready where the first environment has none of it', () => {
    const { decision } = given(aPipeline(), isEmpty('dev'), runs('prod', '6.1.4')).when(start);
    assert.match(
      conditionOf(decision, 'Ready') ?? '',
      /^False TargetNotReadable: podinfo in namespace .* does not exist$/,
    );
    assert.match(decision.status.environments?.['dev']?.message ?? '', /^nothing is promoted from here now: podinfo/);
  });
});

describe('an environment', () => {
  it('tells of each target what runs there, where, and what Flux says', () => {
    const { decision } = given(aPipeline(), runs('dev', '6.1.4'), runs('prod', '6.1.5', { suspended: true })).when(
      start,
    );
    assert.deepEqual(saidOf(decision).targets, [
      {
        clusterAppRef: {
          apiVersion: 'helm.toolkit.fluxcd.io/v2',
          kind: 'HelmRelease',
          name: 'podinfo',
          namespace: 'podinfo',
          cluster: 'apps/prod',
        },
        namespace: 'podinfo',
        ready: false,
        state: 'suspended',
        revision: '6.1.5',
        message: 'it is suspended',
        lastTransitionTime: '2026-03-02T10:00:00Z',
      },
    ]);
  });

  it('names no cluster where the target is in the management cluster', () => {
    const environments = [anEnvironment('dev', { targets: [aTarget(undefined)] }), anEnvironment('prod')];
    const { decision } = given(aPipeline({ environments }), level).when(start);
    assert.equal(saidOf(decision, 'dev').targets?.at(0)?.clusterAppRef?.cluster, undefined);
    assert.match(saidOf(decision, 'dev').targets?.at(0)?.error ?? '', /^the management cluster is not watched yet/);
  });

  it('has a revision only when all its targets run it', () => {
    const targets = [aTarget('prod'), aTarget('prod-us')];
    const environments = [anEnvironment('dev'), anEnvironment('prod', { targets })];
    const agreeing = given(aPipeline({ environments }), level, runs('prod-us', '6.1.4')).when(start).decision;
    assert.equal(saidOf(agreeing).revision, '6.1.4');
    const { decision } = given(aPipeline({ environments }), level, runs('prod-us', '6.1.3')).when(start);
    assert.equal(saidOf(decision).revision, undefined);
    assert.equal(
      conditionOf(decision, 'Ready'),
      'True ReconciliationSucceeded: dev 6.1.4 › prod 6.1.4|6.1.3 ⏳ promoting',
    );
  });

  it('dates a target by its last change, not by what Flux says of it', () => {
    const { status } = given(aPipeline(), level).when(start).decision;
    const at = (facts: Parameters<typeof given>[1][], now: number) =>
      saidOf(given(aPipeline({ status }), ...facts).when(now).decision).targets?.at(0)?.lastTransitionTime;
    const told = runs('prod', '6.1.4', { ready: { message: 'another word' } });
    assert.equal(at([level, told], minutes(5)), '2026-03-02T10:00:00Z');
    assert.equal(at([level, runs('prod', '6.1.5')], minutes(5)), '2026-03-02T10:05:00Z');
    assert.equal(at([level, isLost('prod', seconds(60))], minutes(5)), '2026-03-02T10:05:00Z');
  });

  it('that is no longer in the spec is forgotten', () => {
    const { status } = given(aPipeline(), level).when(start).decision;
    const { decision } = given(aPipeline({ status, environments: [anEnvironment('dev')] }), level).when(start);
    assert.deepEqual(Object.keys(decision.status.environments ?? {}), ['dev']);
  });
});
