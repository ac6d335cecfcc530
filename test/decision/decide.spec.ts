import assert from 'node:assert/strict';
import { aHelmRelease, anEnvironment, aPipeline, aPullRequest, aRecord, aTarget } from '../support/builders.ts';
import { isEmpty, minutes, pullRequests, remembers, runs, start, thenRuns } from '../support/builders.ts';
import { conditionOf, given, openedBy, saidOf } from '../support/given.ts';

const threeEnvironments = [anEnvironment('dev'), anEnvironment('staging'), anEnvironment('prod')];
const twoClusters = (name: string) => anEnvironment(name, { targets: [aTarget(`${name}-eu`), aTarget(`${name}-us`)] });
const manual = { ...pullRequests, manual: true };
const approve = (environment: string, revision: string) => ({
  [`pipelines.weave.works/approve.${environment}`]: revision,
});

describe('decide', () => {
  describe('promotes', () => {
    it('what has settled in one environment to the next', () => {
      given(aPipeline(), runs('dev', '6.1.5'), runs('prod', '6.1.4'))
        .when(start)
        .then({
          actions: ['open 6.1.5 in prod'],
          because: { dev: 'FirstEnvironment', prod: 'PromotionDue' },
        });
    });

    it('into a live cluster in which the release does not exist yet', () => {
      given(aPipeline(), runs('dev', '6.1.5'), isEmpty('prod'))
        .when(start)
        .then({ actions: ['open 6.1.5 in prod'] });
    });

    it('into an environment of which only one target runs it already', () => {
      given(
        aPipeline({ environments: [anEnvironment('dev'), twoClusters('prod')] }),
        runs('dev', '6.1.5'),
        runs('prod-eu', '6.1.5'),
        runs('prod-us', '6.1.4'),
      )
        .when(start)
        .then({ actions: ['open 6.1.5 in prod'] });
    });

    it('into a destination that fails: the next revision may be its cure', () => {
      given(
        aPipeline(),
        runs('dev', '6.1.5'),
        runs('prod', '6.1.4', { ready: { status: 'False', reason: 'UpgradeFailed', message: 'timed out' } }),
      )
        .when(start)
        .then({ actions: ['open 6.1.5 in prod'] });
    });

    it('several revisions at once in different parts of the pipeline', () => {
      given(
        aPipeline({ environments: threeEnvironments }),
        runs('dev', '6.1.6'),
        runs('staging', '6.1.5'),
        runs('prod', '6.1.4'),
      )
        .when(start)
        .then({ actions: ['open 6.1.6 in staging', 'open 6.1.5 in prod'] });
    });

    it('from a later pair although the first environment never settles', () => {
      given(
        aPipeline({ environments: threeEnvironments }),
        runs('dev', '6.1.6', { observedGeneration: 2 }),
        runs('staging', '6.1.5'),
        runs('prod', '6.1.4'),
      )
        .when(start)
        .then({ actions: ['open 6.1.5 in prod'], because: { staging: 'SourceNotSettled' } });
    });

    it('what settled while nobody looked: from what is, not from what was told', () => {
      const missed = [runs('dev', '6.1.4'), runs('prod', '6.1.4')];
      const relisted = [runs('dev', '6.1.5')];
      given(aPipeline(), missed, relisted)
        .when(start)
        .then({ actions: ['open 6.1.5 in prod'] });
    });

    it('between two namespaces of the management cluster', () => {
      given(
        aPipeline({
          environments: [
            anEnvironment('dev', { targets: [aTarget(undefined, { namespace: 'dev' })] }),
            anEnvironment('prod', { targets: [aTarget(undefined, { namespace: 'prod' })] }),
          ],
        }),
        {
          type: 'releases-listed',
          cluster: '/',
          releases: [
            aHelmRelease({ key: 'dev/podinfo', revision: '6.1.5' }),
            aHelmRelease({ key: 'prod/podinfo', revision: '6.1.4' }),
          ],
          at: start,
        },
      )
        .when(start)
        .then({ actions: ['open 6.1.5 in prod'] });
    });

    it('between releases that have other names than the appRef', () => {
      given(
        aPipeline({
          environments: [
            anEnvironment('dev', { targets: [aTarget('one', { name: 'podinfo-dev' })] }),
            anEnvironment('prod', { targets: [aTarget('one', { name: 'podinfo-prod' })] }),
          ],
        }),
        runs('one', '6.1.5', { key: 'podinfo/podinfo-dev' }),
        thenRuns('one', '6.1.4', { key: 'podinfo/podinfo-prod' }),
        thenRuns('one', '7.0.0'),
      )
        .when(start)
        .then({ actions: ['open 6.1.5 in prod'] });
    });

    it('between clusters registered in a namespace of their own', () => {
      const registered = (name: string) =>
        anEnvironment(name, {
          targets: [aTarget(undefined, { clusterRef: { kind: 'GitopsCluster', name, namespace: 'flux-system' } })],
        });
      const settled = (name: string, revision: string) =>
        ({
          type: 'releases-listed',
          cluster: `flux-system/${name}`,
          releases: [aHelmRelease({ revision })],
          at: start,
        }) as const;
      given(
        aPipeline({ environments: [registered('dev'), registered('prod')] }),
        settled('dev', '6.1.5'),
        settled('prod', '6.1.4'),
        runs('dev', '9.9.9'),
      )
        .when(start)
        .then({ actions: ['open 6.1.5 in prod'] });
    });
  });

  it('forgets no approval over a restart: the annotation is all it needs', () => {
    const environments = [anEnvironment('dev'), anEnvironment('prod', { promotion: manual })];
    const facts = [runs('dev', '6.1.5'), runs('prod', '6.1.4')];
    const asked = given(aPipeline({ environments }), facts)
      .when(start)
      .then({ because: { prod: 'ApprovalRequired' } });
    const approved = aPipeline({ environments, annotations: approve('prod', '6.1.5'), status: asked.status });
    given(approved, facts)
      .when(minutes(1))
      .then({ actions: ['open 6.1.5 in prod', 'remove approve.prod=6.1.5'] });
    given({ ...approved, status: {} }, facts)
      .when(minutes(1))
      .then({ actions: ['open 6.1.5 in prod', 'remove approve.prod=6.1.5'] });
  });

  it('takes an approval for the last environment of three', () => {
    const facts = [runs('dev', '6.1.5'), runs('staging', '6.1.5'), runs('prod', '6.1.4')];
    given(
      aPipeline({ environments: threeEnvironments, promotion: manual, annotations: approve('prod', '6.1.5') }),
      facts,
    )
      .when(start)
      .then({ actions: ['open 6.1.5 in prod', 'remove approve.prod=6.1.5'] });
  });

  it('takes an approval for one environment as none for another', () => {
    const facts = [runs('dev', '6.1.5'), runs('staging', '6.1.4'), runs('prod', '6.1.3')];
    given(
      aPipeline({ environments: threeEnvironments, promotion: manual, annotations: approve('prod', '6.1.5') }),
      facts,
    )
      .when(start)
      .then({ actions: [], because: { staging: 'ApprovalRequired', prod: 'ApprovalRequired' } });
  });

  it('replaces the open promotion by a newer revision, and names the branch that it replaces', () => {
    const status = remembers({ promotion: aRecord({ state: 'Open', pullRequest: aPullRequest() }) });
    const decision = given(aPipeline({ status }), runs('dev', '6.1.6'), runs('prod', '6.1.4'))
      .when(start)
      .then({ actions: ['open 6.1.6 in prod'] });
    assert.deepEqual(openedBy(decision).supersedes, ['promotions/apps/podinfo/prod/6.1.5']);
    const { promotion, history } = saidOf(decision);
    assert.equal(promotion?.revision, '6.1.6');
    assert.deepEqual(
      history?.map(({ revision, state }) => [revision, state]),
      [['6.1.5', 'Superseded']],
    );
  });

  it('tells for which revision a person is waited for when a newer one takes its place', () => {
    const facts = [runs('dev', '6.1.6'), runs('prod', '6.1.4')];
    const status = remembers({ waitingApproval: { revision: '6.1.5' }, message: '6.1.5 waits for approval' });
    const decision = given(aPipeline({ promotion: manual, status }), facts)
      .when(start)
      .then({ saying: { prod: /^6\.1\.6 waits for approval/ } });
    assert.deepEqual(saidOf(decision).waitingApproval, { revision: '6.1.6' });
  });

  it('says what every environment runs, and that nothing is due', () => {
    const decision = given(aPipeline(), runs('dev', '6.1.4'), runs('prod', '6.1.4')).when(start).then({ actions: [] });
    assert.equal(conditionOf(decision, 'Ready'), 'True ReconciliationSucceeded: dev 6.1.4 › prod 6.1.4');
    assert.equal(saidOf(decision).message, 'runs 6.1.4, as dev does');
  });
});
