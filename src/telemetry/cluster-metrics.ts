import { Counter, Gauge, type Registry } from 'prom-client';
import type { ClusterKey, ClusterState } from '../model/cluster.ts';
import type { Fact } from '../model/fact.ts';
import type { World } from '../model/world.ts';

const states: readonly ClusterState['type'][] = ['unregistered', 'refused', 'opening', 'live', 'lost'];

/** How well each cluster is watched: its state when somebody asks, and its losses and returns as facts tell of them. */
export const clusterMetrics = (registry: Registry, world: Pick<World, 'clusters'>): ((fact: Fact) => void) => {
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
  const options = { labelNames: ['cluster'], registers };
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
    } else if (fact.type === 'cluster-resumed' || fact.type === 'releases-listed') {
      if (lost.delete(fact.cluster)) reconnects.inc({ cluster: fact.cluster });
    } else if (fact.type === 'cluster-closed') {
      lost.delete(fact.cluster);
      losses.remove({ cluster: fact.cluster });
      reconnects.remove({ cluster: fact.cluster });
    }
  };
};
