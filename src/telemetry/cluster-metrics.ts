import { Counter, Gauge, type Registry } from 'prom-client';
import type { Clock } from '../model/clock.ts';
import type { ClusterKey, ClusterState } from '../model/cluster.ts';
import type { Fact } from '../model/fact.ts';
import type { World } from '../model/world.ts';

const states: readonly ClusterState['type'][] = ['unregistered', 'refused', 'unread', 'opening', 'live', 'lost'];

type Known = Pick<World, 'clusters' | 'releaseCount' | 'certificates'>;

/** How well each cluster is watched: as it is when somebody asks, and its losses and returns as facts tell of them. */
export const clusterMetrics = (registry: Registry, world: Known, clock: Pick<Clock, 'now'>): ((fact: Fact) => void) => {
  presentState(registry, world);
  certificateMetrics(registry, world);
  const count = countWatches(registry);
  const date = dateEvents(registry, clock);
  return (fact) => {
    count(fact);
    date(fact);
  };
};

const presentState = (registry: Registry, world: Known): void => {
  const registers = [registry];
  new Gauge({
    name: 'leafwatch_cluster_watch_state',
    help: 'The state of the watch of each cluster: 1 for the one it is in. Only a live watch is evidence.',
    labelNames: ['cluster', 'state'],
    registers,
    collect() {
      this.reset();
      for (const [cluster, { type }] of world.clusters())
        for (const state of states) this.set({ cluster, state }, state === type ? 1 : 0);
    },
  });
  new Gauge({
    name: 'leafwatch_cluster_watch_state_since_timestamp_seconds',
    help: 'Since when the watch of each cluster is in its state, where that is known (Unix time).',
    labelNames: ['cluster'],
    registers,
    collect() {
      this.reset();
      for (const [cluster, state] of world.clusters()) if ('since' in state) this.set({ cluster }, state.since / 1000);
    },
  });
  new Gauge({
    name: 'leafwatch_cluster_releases',
    help: 'HelmReleases in each cluster, as far as is known.',
    labelNames: ['cluster'],
    registers,
    collect() {
      this.reset();
      for (const [cluster] of world.clusters()) this.set({ cluster }, world.releaseCount(cluster));
    },
  });
};

const certificateMetrics = (registry: Registry, world: Known): void => {
  new Gauge({
    name: 'leafwatch_cluster_certificate_expiry_seconds',
    help: "When a certificate in a cluster's kubeconfig ends (Unix time).",
    labelNames: ['cluster', 'certificate'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [cluster] of world.clusters())
        for (const { of, end } of world.certificates(cluster)) this.set({ cluster, certificate: of }, end / 1000);
    },
  });
};

const countWatches = (registry: Registry): ((fact: Fact) => void) => {
  const options = { labelNames: ['cluster'], registers: [registry] };
  const losses = new Counter({
    name: 'leafwatch_cluster_watch_losses_total',
    help: 'How often the watch of a cluster was lost.',
    ...options,
  });
  const reconnects = new Counter({
    name: 'leafwatch_cluster_watch_reconnects_total',
    help: 'How often the watch of a cluster that was lost has come back.',
    ...options,
  });
  const lost = new Set<ClusterKey>();
  return (fact) => {
    if (fact.type === 'cluster-lost') {
      if (!lost.has(fact.cluster)) losses.inc({ cluster: fact.cluster });
      lost.add(fact.cluster);
    } else if (fact.type === 'cluster-resumed' || (fact.type === 'releases-listed' && fact.namespace === undefined)) {
      if (lost.delete(fact.cluster)) reconnects.inc({ cluster: fact.cluster });
    } else if (fact.type === 'cluster-closed') {
      lost.delete(fact.cluster);
      losses.remove({ cluster: fact.cluster });
      reconnects.remove({ cluster: fact.cluster });
    }
  };
};

const events: ReadonlySet<Fact['type']> = new Set(['releases-listed', 'release-seen', 'release-gone']);

const dateEvents = (registry: Registry, clock: Pick<Clock, 'now'>): ((fact: Fact) => void) => {
  const last = new Gauge({
    name: 'leafwatch_cluster_last_event_timestamp_seconds',
    help: 'When a cluster last told of a change of its releases, or listed them (Unix time).',
    labelNames: ['cluster'],
    registers: [registry],
  });
  return (fact) => {
    if (fact.type === 'cluster-closed') last.remove({ cluster: fact.cluster });
    else if ('cluster' in fact && events.has(fact.type)) last.set({ cluster: fact.cluster }, clock.now() / 1000);
  };
};
