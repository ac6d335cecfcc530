import assert from 'node:assert/strict';
import { decide } from '../../src/decision/decide.ts';
import type { Deployment } from '../../src/model/deployment.ts';
import { splitKey } from '../../src/model/object-key.ts';
import { PipelineStatus } from '../../src/model/pipeline-status.ts';
import { projectHelmRelease } from '../../src/model/project-helm-release.ts';
import { createWorld } from '../../src/model/world.ts';
import { anEnvironment, aPipeline, aTarget, clusterNamed, isEmpty } from '../support/builders.ts';
import { retryDelays } from '../support/given.ts';
import { recordedEvents, recordingNames, type RecordedEvent } from '../support/recorded-releases.ts';

/** What is told of one release while its recording is shown, and decided on after each event; `restarts` forgets all but the status in between. */
const told = (events: readonly RecordedEvent[], how: { readonly restarts: boolean }): readonly Deployment[] => {
  const [first] = events;
  assert.ok(first);
  const { namespace, name } = splitKey(first.key);
  const cluster = clusterNamed('dev');
  let pipeline = aPipeline({
    environments: [anEnvironment('dev', { targets: [aTarget('dev', { namespace, name })] })],
  });
  let world = createWorld();
  const look = (now: number): readonly Deployment[] => {
    const { status, deployments } = decide(pipeline, world, retryDelays, now);
    pipeline = { ...pipeline, status: PipelineStatus.parse(JSON.parse(JSON.stringify(status))) };
    return deployments;
  };
  world.learn(isEmpty('dev'));
  // What is added while it is watched was not there before.
  const before = first.added ? look(first.at - 1000) : [];
  const after = events.flatMap(({ key, object, at }) => {
    const releases = object ? [projectHelmRelease(object)] : [];
    if (how.restarts) {
      world = createWorld();
      world.learn({ type: 'releases-listed', cluster, releases, at });
    } else if (releases[0]) world.learn({ type: 'release-seen', cluster, release: releases[0] });
    else world.learn({ type: 'release-gone', cluster, release: key });
    return [...look(at), ...look(at)];
  });
  return [...before, ...after];
};

const inWords = ({ status, version, previous }: Deployment): string =>
  `${status} ${version}${previous === undefined ? '' : ` ${status === 'rolledback' ? 'to' : 'after'} ${previous}`}`;

/** A deployment that is seen to begin, and how it ends. */
const from = (previous: string | undefined, version: string, ...ends: readonly string[]): readonly string[] => {
  const after = previous === undefined ? '' : ` after ${previous}`;
  return ['progressing', ...ends].map((status) =>
    status === back ? `${status} ${version} to ${previous ?? ''}` : `${status} ${version}${after}`,
  );
};
const [done, bad, back] = ['succeeded', 'failed', 'rolledback'];

const expected: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  '01-install': { 'podinfo/podinfo': from(undefined, '6.0.0', done) },
  '02-upgrade': { 'podinfo/podinfo': from('6.0.0', '6.0.1', done) },
  '03-upgrade-render-failure': { 'podinfo/podinfo': from('6.0.1', '6.0.2', bad) },
  '04-recover-from-render-failure': {
    'podinfo/podinfo': ['failed 6.0.2 after 6.0.1', ...from('6.0.1', '6.0.3', done)],
  },
  '05-values-change': { 'podinfo/podinfo': [] },
  '06-upgrade-apply-failure': { 'podinfo/podinfo': from('6.0.3', '6.0.4', bad) },
  '07-recover-from-apply-failure': {
    'podinfo/podinfo': ['failed 6.0.4 after 6.0.3', ...from('6.0.3', '6.0.6', done)],
  },
  '08-version-not-in-repository': { 'podinfo/podinfo': [] },
  '09-recover-from-missing-version': { 'podinfo/podinfo': [] },
  '10-rollback-retries-0': { 'podinfo/podinfo': from('6.0.6', '6.0.4', bad, back) },
  '11-recover-from-rollback': {
    'podinfo/podinfo': ['failed 6.0.4 after 6.0.6', 'rolledback 6.0.4 to 6.0.6', ...from('6.0.6', '6.0.7', done)],
  },
  '12-rollback-retries-1': { 'podinfo/podinfo': from('6.0.7', '6.0.4', bad, back) },
  '13-recover-from-rollback-retries-1': {
    'podinfo/podinfo': ['failed 6.0.4 after 6.0.7', 'rolledback 6.0.4 to 6.0.7', ...from('6.0.7', '6.1.0', done)],
  },
  '14-build-metadata-in-version': { 'podinfo/podinfo': from('6.1.0', '6.1.1+build.7', done) },
  '15-suspend-and-resume': {
    'suspended/podinfo': [...from(undefined, '6.0.0', done), ...from('6.0.0', '6.0.1', done)],
  },
  '16-version-range': {
    'range/podinfo': [
      ...from(undefined, '6.0.0', done),
      ...from('6.0.0', '6.0.1', done),
      ...from('6.0.1', '6.1.0', done),
    ],
  },
  '17-upgrade-timeout': { 'slow/podinfo': [...from(undefined, '6.0.3', done), ...from('6.0.3', '6.0.5', bad)] },
  '18-rollback-after-timeout': {
    'slow-rollback/podinfo': [...from(undefined, '6.0.3', done), ...from('6.0.3', '6.0.5', bad, back)],
  },
  '19-new-version-during-upgrade': {
    'overtaken/podinfo': [
      ...from(undefined, '6.0.3', done),
      ...from('6.0.3', '6.0.5', bad),
      ...from('6.0.3', '6.0.6', done),
    ],
  },
  '20-install-failure-retries-1': { 'install-fails/podinfo': from(undefined, '6.0.4', bad) },
  '21-retry-on-failure-strategy': {
    'retry/podinfo': [
      ...from(undefined, '6.0.3', done),
      ...from('6.0.3', '6.0.4', bad),
      ...from('6.0.3', '6.0.6', done),
    ],
  },
  '22-tests-pass-then-fail': {
    'tested/podinfo': [
      ...from(undefined, '6.0.7', done),
      ...from('6.0.7', '6.0.8', done),
      ...from('6.0.8', '6.0.9', bad),
    ],
  },
  '23-depends-on': {
    'dependent/podinfo': from(undefined, '6.0.0', done),
    'dependent/redis': from(undefined, '6.0.0', done),
  },
  // Other content under one tag is no other version.
  '24-oci-repository': { 'oci/podinfo': [...from(undefined, '6.0.0', done), ...from('6.0.0', '6.0.1', done)] },
  '25-requested-reconcile': { 'asked/podinfo': from(undefined, '6.0.0', done) },
  '26-quiet-intervals-and-restart': {
    'asked/podinfo': [],
    'dependent/podinfo': [],
    'dependent/redis': [],
    'install-fails/podinfo': ['failed 6.0.4'],
    'oci/podinfo': [],
    'overtaken/podinfo': [],
    'podinfo/podinfo': [],
    'quiet/podinfo': from(undefined, '6.0.0', done),
    'range/podinfo': [],
    'retry/podinfo': [],
    'slow-rollback/podinfo': ['failed 6.0.5 after 6.0.3', 'rolledback 6.0.5 to 6.0.3'],
    'slow/podinfo': ['failed 6.0.5 after 6.0.3'],
    'suspended/podinfo': [],
    'tested/podinfo': [],
  },
  '27-delete': { 'deleted/podinfo': from(undefined, '6.0.0', done) },
  '28-reinstall-same-name': {
    'again/podinfo': [...from(undefined, '6.0.0', done), ...from(undefined, '6.0.1', done)],
  },
  '29-delete-while-suspended': { 'deleted-suspended/podinfo': from(undefined, '6.0.0', done) },
};

describe('deployments, of what Flux really sent', () => {
  it('are known for every recording', () => {
    assert.deepEqual(recordingNames, Object.keys(expected));
  });

  for (const [name, releases] of Object.entries(expected)) {
    const events = recordedEvents(name);
    const eventsOf = (key: string) => events.filter((event) => event.key === key);

    it(`are told once each in ${name}`, () => {
      const keys = [...new Set(events.map(({ key }) => key))];
      const stories = keys.map((key) => [key, told(eventsOf(key), { restarts: false }).map(inWords)] as const);
      assert.deepEqual(Object.fromEntries(stories), releases);
    });

    it(`are the same in ${name} with a restart and a list after every event`, () => {
      for (const key of Object.keys(releases))
        assert.deepEqual(told(eventsOf(key), { restarts: true }), told(eventsOf(key), { restarts: false }));
    });
  }
});
