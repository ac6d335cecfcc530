import { delay, endWith, lastValueFrom, map, merge, ReplaySubject, share, takeWhile, tap, type Observable } from 'rxjs';
import { version } from './cli/version.ts';
import { engine } from './engine.ts';
import { cacheTrouble } from './git/cache-trouble.ts';
import { metricsPage, probes } from './http/probes.ts';
import { listen } from './http/server.ts';
import { createGate } from './kube/watch/gate.ts';
import { connectManagement, type Management } from './kube/call/management.ts';
import { createObjects } from './kube/call/objects.ts';
import { watchLeadership } from './leadership.ts';
import { logFact, logLook } from './log-look.ts';
import type { Clock } from './model/clock.ts';
import type { ClusterKey } from './model/cluster.ts';
import type { Fact } from './model/fact.ts';
import { FailureError, type Failure } from './model/failure.ts';
import { createWorld } from './model/world.ts';
import type { Reconciliation } from './reconcile.ts';
import { allowedBy, type Settings } from './settings.ts';
import { createSinks } from './sinks.ts';
import { watchCertificates } from './sources/certificates.ts';
import { watchClusters } from './sources/clusters.ts';
import { createDoubts } from './sources/doubts.ts';
import { namedClusters } from './sources/named-clusters.ts';
import { watchPipelines } from './sources/pipelines.ts';
import { watchRegistrations } from './sources/registrations.ts';
import type { Log } from './telemetry/log.ts';
import { createMetrics, type Metrics } from './telemetry/metrics.ts';
import { startVoice } from './voice.ts';
import { startWebhooks } from './webhooks.ts';

/** Lists that are read at the same time, over all clusters. */
const listsAtOnce = 8;
const lease = 'leafwatch';
/** What is not told within so many milliseconds of the last look is lost. */
const lastWords = 2000;

export interface Surroundings {
  readonly settings: Settings;
  readonly log: Log;
  readonly clock: Clock;
  /** Who we are in the Lease: another value in every process. */
  readonly identity: string;
  readonly stop: AbortSignal;
}

const stopped = (signal: AbortSignal): Observable<void> => {
  const stop = new ReplaySubject<void>(1);
  if (signal.aborted) stop.next();
  else signal.addEventListener('abort', () => stop.next(), { once: true });
  return stop;
};

/** Everything that is watched: the facts about Pipelines, and about the clusters that they name. */
const watchEverything = (
  { settings, log, clock }: Surroundings,
  { connection }: Management,
  metrics: Metrics,
  doubted: Observable<ClusterKey>,
): { readonly pipelines: Observable<Fact>; readonly clusters: Observable<Fact> } => {
  const deps = { connection, clock, log, gate: createGate(listsAtOnce) };
  const pipelines = watchPipelines({
    ...deps,
    namespace: settings.watchAllNamespaces ? undefined : settings.namespace,
    labelSelector: settings.watchLabelSelector,
    crossNamespaceRefs: !settings.noCrossNamespaceRefs,
  }).pipe(share());
  const named = namedClusters(pipelines).pipe(share({ connector: () => new ReplaySubject(1) }));
  const allowed = allowedBy(settings);
  const namespaces = settings.registrationNamespaces;
  const registrations = watchRegistrations({ ...deps, namespaces, allowed, wanted: named }).pipe(
    share({ connector: () => new ReplaySubject(1) }),
  );
  const clusters = watchClusters({
    ...deps,
    registrations,
    named,
    doubted,
    connecting: { onAnswer: metrics.answered },
  });
  const certificates = watchCertificates(registrations, named);
  return { pipelines, clusters: merge(clusters, certificates) };
};

/** Ends with the last look at a Pipeline; after `stop` that may take so long and no longer. */
const looked = async (
  looks: Observable<Reconciliation>,
  { settings, stop }: Surroundings,
  tell: (look: Reconciliation) => void,
): Promise<void> => {
  const late = stopped(stop).pipe(
    delay(settings.gracefulShutdownTimeout),
    map(() => {
      throw new FailureError(stoppedLate);
    }),
  );
  await lastValueFrom(
    merge(looks.pipe(tap(tell), endWith(undefined)), late).pipe(takeWhile((look) => look !== undefined)),
    { defaultValue: undefined },
  );
};

const stoppedLate: Failure = {
  remedy: 'give-up',
  reason: 'ShutdownTimeout',
  message: 'what was under way did not end within --graceful-shutdown-timeout; the next start goes on with it',
};

/** Runs the controller until `stop`: what is under way then ends, and the Lease is released. Throws a FailureError when it cannot start. */
export const run = async (surroundings: Surroundings): Promise<void> => {
  const { settings, log, clock, stop } = surroundings;
  const management = connectManagement({ kubeconfig: settings.kubeconfig });
  const world = createWorld();
  const metrics = createMetrics({ version, clock, world, concurrency: settings.concurrent, lease });
  const objects = createObjects({ kubeConfig: management.kubeConfig, clock, onAnswer: metrics.answered });
  let listed = false;
  const doubts = createDoubts({
    world,
    onConfirmed: metrics.webhookConfirmed,
    onDoubted: (cluster) => {
      metrics.webhookUnconfirmed(cluster);
      log.warn('its watch has not shown in time what a signed event told: it is opened anew', { cluster });
    },
  });
  const { pipelines, clusters } = watchEverything(surroundings, management, metrics, doubts.doubted);
  const webhooks = await startWebhooks({
    settings,
    world,
    pipelines,
    objects,
    clock,
    log,
    onReply: metrics.webhookAnswered,
  });
  const voice = startVoice({ settings, world, clock, log, identity: surroundings.identity, metrics });
  const sinks = createSinks({ settings, clock, objects, voice });
  const facts = merge(clusters, pipelines, webhooks.facts, sinks.facts).pipe(
    tap((fact) => {
      listed ||= fact.type === 'pipelines-listed';
      metrics.learned(fact);
      doubts.learned(fact);
      logFact(log, fact);
    }),
  );
  const ready = () => (listed ? undefined : 'the Pipelines have not been listed yet');
  const servers = await Promise.all([
    listen(settings.metricsAddr, metricsPage(metrics.render)),
    listen(settings.healthAddr, probes({ alive: () => undefined, ready })),
  ]);
  const [{ url: metricsUrl }, { url: healthUrl }] = servers;
  const trouble = await cacheTrouble(settings.cacheDir);
  if (trouble !== undefined) log.warn(trouble, { cacheDir: settings.cacheDir });
  log.info('started', { version, server: management.connection.server, metrics: metricsUrl, health: healthUrl });
  const leading = watchLeadership({ ...surroundings, kubeConfig: management.kubeConfig, metrics, name: lease });
  // The Lease is held until the last action has ended.
  const candidacy = leading.subscribe();
  const looks = engine({
    world,
    facts,
    leading,
    stop: stopped(stop),
    perform: sinks.perform,
    clock,
    concurrency: settings.concurrent,
    retryDelays: { min: settings.minRetryDelay, max: settings.maxRetryDelay },
    pullRequestInterval: settings.pullRequestInterval,
    monitor: metrics.workqueue,
  });
  try {
    await looked(looks, surroundings, (look) => {
      metrics.reconciled(look);
      logLook(log, look);
      voice.deployed(look.deployments);
    });
  } finally {
    candidacy.unsubscribe();
    await voice.close(lastWords);
    management.connection.close();
    await Promise.all([...servers, ...webhooks.servers].map((server) => server.close()));
  }
};
