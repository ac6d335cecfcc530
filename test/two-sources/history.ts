import fc from 'fast-check';
import type { FluxEvent } from '../../src/model/flux-event.ts';
import type { HelmRelease } from '../../src/model/helm-release.ts';
import { aHelmRelease, seconds } from '../support/builders.ts';

/** One thing that Flux has done at the target: what its object says then, and the event that it sends, both of the same second. */
export interface Step {
  readonly release: HelmRelease | undefined;
  readonly event: FluxEvent;
}

type Ending = 'succeeded' | 'failed' | 'rolled back' | 'uninstalled';

const versions = ['6.0.0', '6.0.1', '6.1.0'] as const;

const anEnding: fc.Arbitrary<Ending> = fc.oneof(
  { weight: 6, arbitrary: fc.constant('succeeded' as const) },
  { weight: 3, arbitrary: fc.constant('failed' as const) },
  { weight: 3, arbitrary: fc.constant('rolled back' as const) },
  fc.constant('uninstalled' as const),
);

const anEvent = (at: number, reason: string, revision: string): FluxEvent => ({
  ...{ kind: 'HelmRelease', namespace: 'podinfo', name: 'podinfo', cluster: undefined },
  ...{ at, reason, revision, severity: reason.endsWith('Failed') ? 'error' : 'info' },
  message: `Helm: ${reason}`,
});

const aRelease = (
  at: number,
  attempted: string,
  running: string | undefined,
  { ready, remediated = false }: { readonly ready: boolean; readonly remediated?: boolean },
): HelmRelease => ({
  ...aHelmRelease({ revision: attempted, attempted, remediated }),
  ready: {
    status: ready ? 'True' : 'False',
    reason: ready ? 'UpgradeSucceeded' : 'UpgradeFailed',
    message: '',
    since: at,
  },
  deployed:
    running === undefined
      ? undefined
      : { chartVersion: running, appVersion: undefined, ociDigest: undefined, lastDeployed: at },
});

/** What Flux does with a version, when another one, or none, runs there. */
const stepsOf = (at: number, version: string, ending: Ending, running: string | undefined): readonly Step[] => {
  const action = running === undefined ? 'Install' : 'Upgrade';
  const failure: Step = {
    release: aRelease(at, version, running, { ready: false }),
    event: anEvent(at, `${action}Failed`, version),
  };
  switch (ending) {
    case 'succeeded':
      return [
        { release: aRelease(at, version, version, { ready: true }), event: anEvent(at, `${action}Succeeded`, version) },
      ];
    case 'failed':
      return [failure];
    case 'rolled back':
      return running === undefined
        ? [failure]
        : [
            failure,
            {
              release: aRelease(at, version, running, { ready: false, remediated: true }),
              event: anEvent(at, 'RollbackSucceeded', running),
            },
          ];
    case 'uninstalled':
      return running === undefined ? [] : [{ release: undefined, event: anEvent(at, 'UninstallSucceeded', running) }];
  }
};

/** A version that is tried at one target, how that ends, and so many seconds after the one before. */
type Attempt = readonly [version: (typeof versions)[number], ending: Ending, pause: number];

/** What is tried at one target, in its order; no two attempts end in the same second. */
export const attempts: fc.Arbitrary<readonly Attempt[]> = fc.array(
  fc.tuple(fc.constantFrom(...versions), anEnding, fc.integer({ min: 1, max: 90 })),
  { minLength: 1, maxLength: 12 },
);

/** What Flux shows and sends of these attempts. */
export const historyOf = (tried: readonly Attempt[]): readonly Step[] => {
  let running: string | undefined;
  let second = 0;
  return tried.flatMap(([version, ending, pause]) => {
    second += pause;
    const steps = stepsOf(seconds(second), version, ending, running);
    if (ending === 'succeeded') running = version;
    if (ending === 'uninstalled') running = undefined;
    return steps;
  });
};

/** What is to be told of these events of a target of which nothing was known: each version that comes there, fails to or is rolled back, once, however often it is tried. */
export const deploymentsOf = (events: readonly FluxEvent[]): readonly string[] => {
  const told: string[] = [];
  let running: string | undefined;
  let failed: string | undefined;
  let attempted: string | undefined;
  let rolledBack: string | undefined;
  for (const { reason, severity, revision } of events) {
    if (severity === 'error') {
      attempted = revision;
      if (revision === running || revision === failed) continue;
      told.push(`failed ${revision}`);
      [failed, rolledBack] = [revision, undefined];
    } else if (reason === 'UninstallSucceeded') [running, failed] = [undefined, undefined];
    else if (reason !== 'RollbackSucceeded') {
      if (revision !== running) told.push(`succeeded ${revision}`);
      [running, failed] = [revision, undefined];
    } else if (attempted !== running && attempted !== rolledBack) {
      told.push(`rolledback ${attempted} to ${revision}`);
      rolledBack = attempted;
    }
  }
  return told;
};
