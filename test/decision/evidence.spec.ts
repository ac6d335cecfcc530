import assert from 'node:assert/strict';
import { aPipeline, clusterNamed, clusterStates, isBack, isLost, isOpening, remembers } from '../support/builders.ts';
import { aPullRequest, aRecord, runs, seconds, start } from '../support/builders.ts';
import { conditionOf, given, saidOf } from '../support/given.ts';

const seen = [runs('dev', '6.1.4'), runs('prod', '6.1.4')];
const before = () => given(aPipeline(), seen).when(seconds(-60)).decision.status;

describe('evidence', () => {
  for (const side of ['dev', 'prod'] as const)
    for (const [name, complete] of [
      ['unregistered', /cluster apps\/(dev|prod) is not registered; create a Secret/],
      ['refused', /cluster apps\/(dev|prod) is refused: exec is refused; /],
      [
        'unread',
        /cluster apps\/(dev|prod) is not watched since 2026-03-02T10:00:00Z: the registrations cannot be read: forbidden; it is waited for/,
      ],
      ['opening', /cluster apps\/(dev|prod) has not answered since 2026-03-02T10:00:00Z; it is asked until/],
      ['lost', /cluster apps\/(dev|prod) is lost since 2026-03-02T10:00:00Z: connection refused; it is tried again/],
    ] as const)
      it(`is incomplete while the cluster of ${side} is ${name}`, () => {
        const other = side === 'dev' ? runs('prod', '6.1.4') : runs('dev', '6.1.5');
        given(aPipeline(), other, clusterStates[name](side))
          .when(seconds(30))
          .then({ actions: [], because: { prod: 'ClusterUnseen' }, saying: { prod: complete } });
      });

  it('of a revision due waits for the cluster and is acted upon when it is back', () => {
    const facts = [runs('dev', '6.1.5'), runs('prod', '6.1.4'), isLost('dev', start)];
    given(aPipeline(), facts).when(seconds(5)).then({ actions: [] });
    given(aPipeline(), facts)
      .when(seconds(60))
      .then({ actions: [], because: { prod: 'ClusterUnseen' } });
    given(aPipeline(), facts, isBack('dev', seconds(61)))
      .when(seconds(61))
      .then({ actions: ['open 6.1.5 in prod'] });
  });

  it('out of sight for under 30 s changes no status, and asks for a look when it becomes news', () => {
    const status = before();
    const { decision } = given(aPipeline({ status }), seen, isLost('prod', start)).when(seconds(29));
    assert.deepEqual(decision.status, status);
    assert.equal(decision.wakeAt, seconds(30));
  });

  it('out of sight for 30 s is told: by condition, by environment and by target', () => {
    const status = before();
    const { decision } = given(aPipeline({ status }), seen, isLost('prod', start)).when(seconds(30));
    assert.match(
      conditionOf(decision, 'Ready') ?? '',
      /^False TargetClusterNotReady: cluster apps\/prod is lost since/,
    );
    const target = saidOf(decision).targets?.at(0);
    assert.match(target?.error ?? '', /is lost since/);
    assert.equal(target?.unseenSince, '2026-03-02T10:00:00Z');
    assert.deepEqual([target.ready, target.revision], [false, '6.1.4'], 'the last known state stays for display');
  });

  it('that blinks in one cluster and is long gone in another is incomplete', () => {
    given(aPipeline(), seen, isLost('dev', start), isLost('prod', seconds(31)))
      .when(seconds(32))
      .then({ actions: [], because: { prod: 'ClusterUnseen' } });
  });

  it('blinks until the first of two blinking clusters is long gone', () => {
    const { decision } = given(aPipeline(), seen, isLost('dev', start), isLost('prod', seconds(10))).when(seconds(20));
    assert.equal(decision.wakeAt, seconds(30));
  });

  it('is counted from the first loss, however often the watch is tried since', () => {
    given(aPipeline(), seen, isLost('dev', start), isLost('dev', seconds(20)), isLost('dev', seconds(29)))
      .when(seconds(31))
      .then({ actions: [], because: { prod: 'ClusterUnseen' } });
  });

  it('that was never there says that the clusters are being read', () => {
    const { decision } = given(aPipeline(), isOpening('dev', start), isOpening('prod', start)).when(seconds(1));
    assert.match(conditionOf(decision, 'Ready') ?? '', /^Unknown Progressing/);
    assert.match(conditionOf(decision, 'Reconciling') ?? '', /^True Progressing/);
    assert.deepEqual(decision.actions, []);
  });

  it('that blinks over a change of spec tells the new generation at once', () => {
    const status = before();
    const { decision } = given(aPipeline({ status, generation: 2 }), seen, isLost('prod', start)).when(seconds(1));
    assert.equal(decision.status.observedGeneration, 2);
    assert.match(conditionOf(decision, 'Ready') ?? '', /^Unknown Progressing/);
  });

  it('that blinks keeps for whom an approval is waited', () => {
    const promotion = { ...aPipeline().spec.promotion, manual: true };
    const due = [runs('dev', '6.1.5'), runs('prod', '6.1.4')];
    const { status } = given(aPipeline({ promotion }), due).when(start).decision;
    const { decision } = given(aPipeline({ promotion, status }), due, isLost('dev', start)).when(seconds(1));
    assert.deepEqual(saidOf(decision).waitingApproval, { revision: '6.1.5' });
  });

  it('does not have to be complete for an open pull request to be followed', () => {
    const status = remembers({ promotion: aRecord({ state: 'Open', pullRequest: aPullRequest() }) });
    given(aPipeline({ status }), seen, isLost('dev', start))
      .when(seconds(60))
      .then({ actions: ['follow #7 of 6.1.5 in prod'] });
  });

  it('that is incomplete ends no promotion as succeeded', () => {
    const status = remembers({ promotion: aRecord({ state: 'Merged', revision: '6.1.4' }) });
    const lost = given(aPipeline({ status }), seen, isLost('prod', start)).when(seconds(1)).decision;
    assert.equal(saidOf(lost).promotion?.state, 'Merged');
  });

  it('of one pair does not hold another up', () => {
    const environments = ['dev', 'staging', 'prod'].map((name) => ({
      name,
      targets: [{ namespace: 'podinfo', clusterRef: { kind: 'GitopsCluster' as const, name } }],
    }));
    given(aPipeline({ environments }), runs('staging', '6.1.5'), runs('prod', '6.1.4'), {
      type: 'cluster-closed',
      cluster: clusterNamed('dev'),
    })
      .when(start)
      .then({ actions: ['open 6.1.5 in prod'], because: { staging: 'ClusterUnseen' } });
  });
});
