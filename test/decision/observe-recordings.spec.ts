import assert from 'node:assert/strict';
import { observe, type Observation } from '../../src/decision/observe.ts';
import { projectHelmRelease } from '../../src/model/project-helm-release.ts';
import { recordedEvents, recordingNames, type RecordedRelease } from '../support/recorded-releases.ts';

interface Step {
  readonly key: string;
  readonly object: RecordedRelease | undefined;
  readonly observation: Observation;
}

/** A recorded watch, event by event, each observed at the time at which it came. */
const stepsOf = (name: string): readonly Step[] =>
  recordedEvents(name).map(({ key, at, object }) => ({
    key,
    object,
    observation: observe(object && projectHelmRelease(object), at),
  }));

/** What a target was seen to be, one word for each change: the revision on which it has settled, or the state. */
const story = (steps: readonly Step[]): readonly string[] => {
  const words = steps.map(({ observation: { state, revision } }) => (state === 'settled' ? revision! : state));
  return words.filter((word, index) => word !== words[index - 1]);
};

/** The steps of each object. */
const byObject = (steps: readonly Step[]): ReadonlyMap<string, readonly Step[]> => {
  const keys = new Set(steps.map(({ key }) => key));
  return new Map([...keys].map((key) => [key, steps.filter((step) => step.key === key)]));
};

const [going, bad] = ['progressing', 'failed'];
const stories: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  '01-install': { 'podinfo/podinfo': [going, '6.0.0'] },
  '02-upgrade': { 'podinfo/podinfo': [going, '6.0.1'] },
  '03-upgrade-render-failure': {
    'podinfo/podinfo': [going, bad, going, bad, going, bad, going, bad, going, bad, going, bad],
  },
  '04-recover-from-render-failure': { 'podinfo/podinfo': [bad, going, '6.0.3'] },
  '05-values-change': { 'podinfo/podinfo': [going, '6.0.3'] },
  '06-upgrade-apply-failure': { 'podinfo/podinfo': [going, bad] },
  '07-recover-from-apply-failure': { 'podinfo/podinfo': [bad, going, '6.0.6'] },
  '08-version-not-in-repository': { 'podinfo/podinfo': [going] },
  '09-recover-from-missing-version': { 'podinfo/podinfo': [going, '6.0.6'] },
  '10-rollback-retries-0': { 'podinfo/podinfo': [going, bad] },
  '11-recover-from-rollback': { 'podinfo/podinfo': [bad, going, '6.0.7'] },
  '12-rollback-retries-1': { 'podinfo/podinfo': [going, bad, going, bad] },
  '13-recover-from-rollback-retries-1': { 'podinfo/podinfo': [bad, going, '6.1.0'] },
  '14-build-metadata-in-version': { 'podinfo/podinfo': [going, '6.1.1+build.7'] },
  '15-suspend-and-resume': { 'suspended/podinfo': [going, '6.0.0', 'suspended', going, '6.0.1'] },
  '16-version-range': { 'range/podinfo': [going, '6.0.0', going, '6.0.1', going, '6.1.0'] },
  '17-upgrade-timeout': { 'slow/podinfo': [going, '6.0.3', going, bad] },
  '18-rollback-after-timeout': { 'slow-rollback/podinfo': [going, '6.0.3', going, bad, going, bad] },
  '19-new-version-during-upgrade': { 'overtaken/podinfo': [going, '6.0.3', going, bad, going, '6.0.6'] },
  '20-install-failure-retries-1': { 'install-fails/podinfo': [going, bad, going, bad] },
  '21-retry-on-failure-strategy': {
    'retry/podinfo': [going, '6.0.3', going, bad, going, bad, going, bad, going, '6.0.6'],
  },
  '22-tests-pass-then-fail': { 'tested/podinfo': [going, '6.0.7', going, '6.0.8', going, bad] },
  '23-depends-on': { 'dependent/podinfo': [going, '6.0.0'], 'dependent/redis': [going, '6.0.0'] },
  '24-oci-repository': { 'oci/podinfo': [going, '6.0.0', going, '6.0.1', going, '6.0.1'] },
  '25-requested-reconcile': { 'asked/podinfo': [going, '6.0.0', going, '6.0.0'] },
  '26-quiet-intervals-and-restart': {
    'asked/podinfo': ['6.0.0'],
    'dependent/podinfo': ['6.0.0'],
    'dependent/redis': ['6.0.0'],
    'install-fails/podinfo': [bad],
    'oci/podinfo': ['6.0.1'],
    'overtaken/podinfo': ['6.0.6'],
    'podinfo/podinfo': ['6.1.1+build.7'],
    'quiet/podinfo': [going, '6.0.0'],
    'range/podinfo': ['6.1.0'],
    'retry/podinfo': ['6.0.6'],
    'slow-rollback/podinfo': [bad],
    'slow/podinfo': [bad],
    'suspended/podinfo': ['6.0.1'],
    'tested/podinfo': [bad],
  },
  '27-delete': { 'deleted/podinfo': [going, '6.0.0', going, 'missing'] },
  '28-reinstall-same-name': { 'again/podinfo': [going, '6.0.0', going, 'missing', going, '6.0.1'] },
  '29-delete-while-suspended': { 'deleted-suspended/podinfo': [going, '6.0.0', 'suspended', going, 'missing'] },
};

describe('observe, on what Flux really sent', () => {
  it('knows the story of every recording', () => {
    assert.deepEqual(recordingNames, Object.keys(stories));
  });

  for (const [name, expected] of Object.entries(stories)) {
    it(`tells the story of ${name}`, () => {
      const steps = byObject(stepsOf(name));
      assert.deepEqual(Object.fromEntries([...steps].map(([key, own]) => [key, story(own)])), expected);
    });

    it(`takes in ${name} no version as settled that was not deployed, ready and asked for`, () => {
      for (const { object, observation } of stepsOf(name)) {
        if (observation.state !== 'settled') continue;
        const { observedGeneration, conditions, history } = object?.status ?? {};
        const deployed = history?.filter(({ status }) => status === 'deployed').map(({ chartVersion }) => chartVersion);
        assert.equal(deployed?.length, 1);
        assert.ok(deployed[0]?.startsWith(observation.revision!));
        assert.equal(conditions?.find(({ type }) => type === 'Ready')?.status, 'True');
        assert.equal(observedGeneration, object?.metadata.generation);
        assert.notEqual(object?.spec.suspend, true);
      }
    });
  }

  it('lets no quiet interval and no restart of Flux break a soak', () => {
    const steps = byObject(stepsOf('26-quiet-intervals-and-restart'));
    for (const own of steps.values()) {
      const since = own.flatMap(({ observation }) => observation.healthySince ?? []);
      assert.ok(new Set(since).size <= 1, `healthy since ${since.join(', ')}`);
    }
  });
});
