import { aFailure, anEnvironment, aPipeline, aTarget } from '../support/builders.ts';
import { clusterNamed, isEmpty, pullRequests, runs, start } from '../support/builders.ts';
import { given } from '../support/given.ts';

const twoClusters = (name: string) => anEnvironment(name, { targets: [aTarget(`${name}-eu`), aTarget(`${name}-us`)] });
const manual = { ...pullRequests, manual: true };
const approve = (environment: string, revision: string) => ({
  [`pipelines.weave.works/approve.${environment}`]: revision,
});

describe('decide does not promote', () => {
  it('a revision that failed where it comes from', () => {
    given(
      aPipeline(),
      runs('dev', '6.1.4', {
        lastAttemptedRevision: '6.1.5',
        ready: { status: 'False', reason: 'UpgradeFailed', message: 'Helm upgrade failed: timed out' },
      }),
      runs('prod', '6.1.3'),
    )
      .when(start)
      .then({ actions: [], because: { prod: 'SourceNotSettled' }, saying: { prod: /waits for dev: .*timed out/ } });
  });

  it('what a rollback brought back', () => {
    given(
      aPipeline(),
      runs('dev', '6.1.4', {
        lastAttemptedRevision: '6.1.5',
        ready: { status: 'False', reason: 'RollbackSucceeded' },
      }),
      runs('prod', '6.1.3'),
    )
      .when(start)
      .then({ actions: [], because: { prod: 'SourceNotSettled' } });
  });

  it('a revision older than the destination runs', () => {
    given(aPipeline(), runs('dev', '6.1.3'), runs('prod', '6.1.4'))
      .when(start)
      .then({ actions: [], because: { prod: 'Downgrade' }, saying: { prod: /prod runs 6\.1\.4, which is newer/ } });
  });

  it('a revision older than one of the destinations runs', () => {
    given(
      aPipeline({ environments: [anEnvironment('dev'), twoClusters('prod')] }),
      runs('dev', '6.1.5'),
      runs('prod-eu', '6.1.4'),
      runs('prod-us', '6.1.6'),
    )
      .when(start)
      .then({ actions: [], because: { prod: 'Downgrade' } });
  });

  it('a pre-release over its release', () => {
    given(aPipeline(), runs('dev', '6.1.4-rc.1'), runs('prod', '6.1.4'))
      .when(start)
      .then({ actions: [], because: { prod: 'Downgrade' } });
  });

  it('what cannot be told to be newer', () => {
    given(aPipeline(), runs('dev', 'today'), runs('prod', '6.1.4'))
      .when(start)
      .then({ actions: [], because: { prod: 'DirectionUnknown' }, saying: { prod: /set allowDowngrade/ } });
  });

  it('what the destination runs already', () => {
    given(aPipeline(), runs('dev', '6.1.4'), runs('prod', '6.1.4'))
      .when(start)
      .then({ actions: [], because: { prod: 'UpToDate' } });
  });

  it('what only one of two source targets runs', () => {
    given(
      aPipeline({ environments: [twoClusters('dev'), anEnvironment('prod')] }),
      runs('dev-eu', '6.1.5'),
      runs('dev-us', '6.1.4'),
      runs('prod', '6.1.4'),
    )
      .when(start)
      .then({
        actions: [],
        because: { prod: 'SourcesDisagree' },
        saying: { prod: /6\.1\.5 in cluster apps\/dev-eu, 6\.1\.4 in cluster apps\/dev-us/ },
      });
  });

  it('what one source target runs while the other does not exist', () => {
    given(
      aPipeline({ environments: [twoClusters('dev'), anEnvironment('prod')] }),
      runs('dev-eu', '6.1.5'),
      isEmpty('dev-us'),
      runs('prod', '6.1.4'),
    )
      .when(start)
      .then({ actions: [], because: { prod: 'SourceNotSettled' }, saying: { prod: /it does not exist/ } });
  });

  it('what was last attempted instead of what is deployed', () => {
    given(aPipeline(), runs('dev', '6.1.4', { lastAttemptedRevision: '6.1.5' }), runs('prod', '6.1.4'))
      .when(start)
      .then({ actions: [], because: { prod: 'SourceNotSettled' } });
  });

  it('on the Ready of a generation before', () => {
    given(aPipeline(), runs('dev', '6.1.5', { generation: 4 }), runs('prod', '6.1.4'))
      .when(start)
      .then({ actions: [], because: { prod: 'SourceNotSettled' } });
  });

  it('on the Ready of a suspended release', () => {
    given(aPipeline(), runs('dev', '6.1.5', { suspended: true }), runs('prod', '6.1.4'))
      .when(start)
      .then({ actions: [], because: { prod: 'SourceNotSettled' }, saying: { prod: /it is suspended/ } });
  });

  it('while a source target cannot be read, though the others agree', () => {
    given(
      aPipeline({ environments: [twoClusters('dev'), anEnvironment('prod')] }),
      runs('dev-eu', '6.1.5'),
      runs('dev-us', '6.1.5'),
      {
        type: 'cluster-refused',
        cluster: clusterNamed('dev-us'),
        failure: aFailure({ message: 'exec is refused' }),
      },
      runs('prod', '6.1.4'),
    )
      .when(start)
      .then({ actions: [], because: { prod: 'ClusterUnseen' }, saying: { prod: /exec is refused/ } });
  });

  it('a newer revision on the approval of the one before', () => {
    const environments = [anEnvironment('dev'), anEnvironment('prod', { promotion: manual })];
    given(
      aPipeline({ environments, annotations: approve('prod', '6.1.5') }),
      runs('dev', '6.1.6'),
      runs('prod', '6.1.4'),
    )
      .when(start)
      .then({
        actions: ['remove approve.prod=6.1.5'],
        because: { prod: 'ApprovalRequired' },
        saying: { prod: /^6\.1\.6 waits for approval/ },
      });
  });
});
