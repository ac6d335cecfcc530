import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Fact } from '../../src/model/fact.ts';
import type { FluxEvent } from '../../src/model/flux-event.ts';
import type { HelmRelease } from '../../src/model/helm-release.ts';
import { seconds } from '../support/builders.ts';
import { attempts, deploymentsOf, historyOf, type Step } from './history.ts';
import { cluster, startInstallation } from './installation.ts';

const numRuns = Number(process.env['LEAFWATCH_SEEDS'] ?? 50);
const seed = Number(process.env['LEAFWATCH_SEED'] ?? 7);
const key = 'podinfo/podinfo';
const unregistered: Fact = { type: 'cluster-closed', cluster };
const later = seconds(3_600);

type Installation = ReturnType<typeof startInstallation>;

const listed = (release: HelmRelease | undefined): Fact => ({
  type: 'releases-listed',
  ...{ cluster, releases: release ? [release] : [], at: later },
});
const shown = (release: HelmRelease | undefined): Fact =>
  release ? { type: 'release-seen', cluster, release } : { type: 'release-gone', cluster, release: key };

/** What was told of how deployments ended, each under its own name; that one is under way, only a watch can tell. */
const ended = ({ told }: Installation): readonly string[] => {
  const ends = told.filter(({ status }) => status !== 'progressing');
  const names = ends.map(({ id, status }) => `${id} ${status}`);
  assert.deepEqual(
    names.filter((name, index) => names.indexOf(name) !== index),
    [],
    'told twice',
  );
  return ends.map(({ status, version, previous }) =>
    status === 'rolledback' ? `rolledback ${version} to ${previous}` : `${status} ${version}`,
  );
};

/**
 * How deployments can have ended by events of which nobody knows the order. A rollback names what runs again, and not what failed: it is taken
 * for that of the last failure that was heard before it, which is never a later one.
 */
const sayable = (events: readonly FluxEvent[]): ReadonlySet<string> => {
  const failures = events.filter(({ severity }) => severity === 'error');
  const names = events.flatMap(({ reason, revision, at }) => {
    if (reason === 'RollbackSucceeded')
      return failures
        .filter((failure) => failure.at <= at && failure.revision !== revision)
        .map((failure) => `rolledback ${failure.revision} to ${revision}`);
    return /^(Install|Upgrade)Succeeded$/.test(reason) ? [`succeeded ${revision}`] : [];
  });
  return new Set([...names, ...failures.map(({ revision }) => `failed ${revision}`)]);
};

/** Where, in what comes, a process ends and another begins. */
const restarts = fc.uniqueArray(fc.nat(30), { maxLength: 5 });
/** Events that come once more, at once or after so many others. */
const repeats = fc.array(fc.tuple(fc.nat(30), fc.nat(4)), { maxLength: 6 });
/** Which of those that are left comes next, again and again. */
const order = fc.array(fc.nat(30), { minLength: 24, maxLength: 24 });

const repeated = <T>(items: readonly T[], which: readonly (readonly [number, number])[]): readonly T[] => {
  const all = [...items];
  for (const [index, after] of which) {
    const item = items[index % items.length];
    if (item !== undefined) all.splice(all.lastIndexOf(item) + 1 + after, 0, item);
  }
  return all;
};
const ordered = <T>(items: readonly T[], by: readonly number[]): readonly T[] => {
  const left = [...items];
  return items.flatMap((_, index) => left.splice((by[index] ?? 0) % left.length, 1));
};

const eventsOf = (steps: readonly Step[]): readonly FluxEvent[] => steps.map(({ event }) => event);

/** A cluster that is watched; `heard` comes just before the watch shows the step, as a POST of Flux does. */
const byWatch = async (
  steps: readonly Step[],
  ends: readonly number[],
  heard: (step: Step, index: number) => readonly FluxEvent[] = () => [],
) => {
  const installation = startInstallation(later);
  await installation.restart(listed(undefined));
  for (const [index, step] of steps.entries()) {
    for (const event of heard(step, index)) await installation.hear(event);
    await installation.learn(shown(step.release));
    if (ends.includes(index)) await installation.restart(listed(step.release));
  }
  return ended(installation);
};

const hearAll = async (installation: Installation, events: readonly FluxEvent[], ends: readonly number[]) => {
  await installation.restart(unregistered);
  for (const [index, event] of events.entries()) {
    await installation.hear(event);
    if (ends.includes(index)) await installation.restart(unregistered);
  }
};

const byWebhooks = async (events: readonly FluxEvent[], ends: readonly number[]) => {
  const installation = startInstallation(later);
  await hearAll(installation, events, ends);
  return ended(installation);
};

describe(`deployments by watch and by webhook, of seed ${seed}`, function () {
  this.timeout(20_000 + numRuns * 200);
  const parameters = { numRuns, seed };

  it('are the same by watch alone and by webhooks alone, once each, however often a process ends', () =>
    fc.assert(
      fc.asyncProperty(attempts, restarts, async (tried, ends) => {
        const steps = historyOf(tried);
        const expected = deploymentsOf(eventsOf(steps));
        assert.deepEqual(await byWatch(steps, ends), expected, 'by watch');
        assert.deepEqual(await byWebhooks(eventsOf(steps), ends), expected, 'by webhooks');
      }),
      parameters,
    ));

  it('are those of the watch when both are heard, also when webhooks come twice, or lie', () =>
    fc.assert(
      fc.asyncProperty(attempts, attempts, restarts, async (tried, invented, ends) => {
        const steps = historyOf(tried);
        const expected = deploymentsOf(eventsOf(steps));
        assert.deepEqual(await byWatch(steps, ends, ({ event }) => [event, event]), expected, 'both');
        const lies = eventsOf(historyOf(invented));
        const told = await byWatch(steps, ends, (_, index) => lies.slice(index, index + 2));
        assert.deepEqual(told, expected, 'lies');
      }),
      parameters,
    ));

  it('are told once each by webhooks that are repeated', () =>
    fc.assert(
      fc.asyncProperty(attempts, repeats, restarts, async (tried, again, ends) => {
        const events = eventsOf(historyOf(tried));
        assert.deepEqual(await byWebhooks(repeated(events, again), ends), deploymentsOf(events));
      }),
      parameters,
    ));

  it('are told once each, and none that was not, by webhooks in any order; what runs in the end is known', () =>
    fc.assert(
      fc.asyncProperty(attempts, order, repeats, restarts, async (tried, by, again, ends) => {
        const events = eventsOf(historyOf(tried));
        const known = startInstallation(later);
        const reordered = startInstallation(later);
        await hearAll(known, events, []);
        await hearAll(reordered, repeated(ordered(events, by), again), ends);
        // A failure does not name what runs.
        if (events.at(-1)?.severity === 'info') assert.equal(reordered.revision(), known.revision());
        for (const name of ended(reordered)) assert.ok(sayable(events).has(name), name);
      }),
      parameters,
    ));

  it('are told once each while the cluster is registered, and is not, and is again', () =>
    fc.assert(
      fc.asyncProperty(attempts, restarts, fc.uniqueArray(fc.nat(12), { maxLength: 4 }), async (tried, ends, turns) => {
        // A failure that is the first that is heard does not name what runs.
        const steps = historyOf(
          tried.map(([version, ending, pause]) => [version, ending === 'uninstalled' ? ending : 'succeeded', pause]),
        );
        const installation = startInstallation(later);
        let watched = false;
        await installation.restart(unregistered);
        for (const [index, { event, release }] of steps.entries()) {
          await installation.hear(event);
          if (watched) await installation.learn(shown(release));
          if (turns.includes(index)) {
            watched = !watched;
            await installation.learn(watched ? listed(release) : unregistered);
          }
          if (ends.includes(index)) await installation.restart(watched ? listed(release) : unregistered);
        }
        assert.deepEqual(ended(installation), deploymentsOf(eventsOf(steps)));
      }),
      parameters,
    ));
});
