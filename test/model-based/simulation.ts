import assert from 'node:assert/strict';
import type { Action, Outcome } from '../../src/model/action.ts';
import { managementCluster, type ClusterKey } from '../../src/model/cluster.ts';
import type { Fact } from '../../src/model/fact.ts';
import type { Environment } from '../../src/model/pipeline-spec.ts';
import { isReadable, type Pipeline } from '../../src/model/pipeline.ts';
import { splitKey } from '../../src/model/object-key.ts';
import type { Reconciliation } from '../../src/reconcile.ts';
import { aFailure, aPipeline, aTarget, clusterNamed, pullRequests, start } from '../support/builders.ts';
import { inWords } from '../support/given.ts';
import { createAgenda } from './agenda.ts';
import { createApiObject } from './api-object.ts';
import { chanceFrom } from './chance.ts';
import { createController, key } from './controller.ts';
import { createForgeModel } from './forge-model.ts';
import { revisions, somePromotion } from './gate-settings.ts';
import { createFlux, type Leaf, type Shot } from './leaf.ts';
import { checkLives } from './lives.ts';
import { createOracle, type Sight } from './oracle.ts';
import { createReceiverModel } from './receiver-model.ts';

const allEnvironments = ['dev', 'qa', 'staging', 'prod'];
const clusterNames = [undefined, 'one', 'two', 'three'];
const keyOf = (name: string | undefined): ClusterKey => (name === undefined ? managementCluster : clusterNamed(name));
export const clusterKeys = clusterNames.map(keyOf);

interface Watch {
  lost: boolean;
  queue: { readonly fact: Fact; readonly leaf: Leaf; readonly shot: Shot }[];
}

/** What goes wrong next: each is used up by what it befalls. */
interface Trouble {
  forge: number;
  writes: number;
  crash: { readonly of: Action['type']; readonly moment: 'before' | 'after' } | undefined;
  meanwhile: (() => void) | undefined;
}

/** A whole world from a seed: leaf clusters with their Flux, an API server, a forge, people, and one Leafwatch that may crash. */
export const createSimulation = (seed: number) => {
  const chance = chanceFrom(seed);
  // Some worlds see the clocks of London change, on 29 March.
  const agenda = createAgenda(start + chance.one([0, 0, 25]) * 86_400_000);
  const log: string[] = [];
  const note = (text: string): void => {
    log.push(`${new Date(agenda.now()).toISOString()} ${text}`);
  };
  let skew = 0;
  const trouble: Trouble = { forge: 0, writes: 0, crash: undefined, meanwhile: undefined };
  const watches = new Map<ClusterKey, Watch>(clusterKeys.map((cluster) => [cluster, { lost: false, queue: [] }]));
  const shown = new Map<Leaf, Shot>();
  const live = new Set<ClusterKey>();
  let sight: Sight = { time: 0, shown, live };
  let troubled = false;
  let writes = 0;
  let rested = false;

  // What there is.
  const leaves: Leaf[] = [];
  const flux = createFlux(chance, agenda.now, (leaf) => {
    const { release } = leaf.now;
    const { cluster } = leaf;
    const fact: Fact = release
      ? { type: 'release-seen', cluster, release }
      : { type: 'release-gone', cluster, release: leaf.key };
    watches.get(cluster)!.queue.push({ fact, leaf, shot: leaf.now });
    agenda.at(agenda.now() + chance.between(0, 8000), () => deliver(cluster));
  });
  const environmentOf = (name: string, index: number): Environment => {
    const targets = Array.from({ length: chance.between(1, 3) }, (_, place) => {
      const cluster = chance.one(clusterNames);
      const namespace = `${name}-${place}`;
      leaves.push(flux.create(keyOf(cluster), `${namespace}/podinfo`, name, '6.1.0'));
      return aTarget(cluster, { namespace });
    });
    return { name, targets, ...(index > 0 && chance.oneIn(2) ? { promotion: somePromotion(chance) } : {}) };
  };
  const environments = allEnvironments.map(environmentOf);
  const kept = environments.slice(0, chance.between(2, 4));
  const forge = createForgeModel();
  for (const { name } of environments) forge.base.set(name, '6.1.0');
  const oracle = createOracle(leaves);
  const receiver = createReceiverModel(chance, agenda, ({ pipeline, environment }) =>
    controller.learn({ type: 'promotion-unblocked', pipeline, environment }),
  );

  // What the controller is shown of it.
  const see = (pipeline: Pipeline): void => controller.learn({ type: 'pipeline-seen', pipeline });
  const unseen: Pipeline[] = [];
  const api = createApiObject(aPipeline({ environments: kept, promotion: somePromotion(chance) }), (pipeline) => {
    unseen.push(pipeline);
    agenda.at(agenda.now() + chance.between(0, 3000), () => {
      const next = unseen.shift();
      if (next) see(next);
    });
  });
  const deliver = (cluster: ClusterKey): void => {
    const watch = watches.get(cluster)!;
    if (watch.lost) return;
    const next = watch.queue.shift();
    // Before its list is there, a watch shows nothing.
    if (!next || !shown.has(next.leaf)) return;
    shown.set(next.leaf, next.shot);
    controller.learn(next.fact);
  };
  const list = (cluster: ClusterKey): void => {
    const watch = watches.get(cluster)!;
    if (watch.lost) return;
    watch.queue = [];
    const own = leaves.filter((leaf) => leaf.cluster === cluster);
    for (const leaf of own) shown.set(leaf, leaf.now);
    live.add(cluster);
    const releases = own.flatMap(({ now }) => now.release ?? []);
    controller.learn({ type: 'releases-listed', cluster, releases, at: agenda.now() + skew });
  };
  const lose = (cluster: ClusterKey): void => {
    watches.get(cluster)!.lost = true;
    live.delete(cluster);
    controller.learn({ type: 'cluster-lost', cluster, failure: aFailure(), at: agenda.now() + skew });
  };
  const resume = (cluster: ClusterKey): void => {
    const watch = watches.get(cluster)!;
    if (!watch.lost) return;
    watch.lost = false;
    const complete = leaves.every((leaf) => leaf.cluster !== cluster || shown.has(leaf));
    if (!complete || chance.oneIn(2)) {
      list(cluster);
      return;
    }
    while (watch.queue.length > 0) deliver(cluster);
    live.add(cluster);
    controller.learn({ type: 'cluster-resumed', cluster, at: agenda.now() + skew });
  };

  // What the controller does.
  const clock = {
    now: () => {
      const time = agenda.now() + skew;
      sight = { time, shown: new Map(shown), live: new Set(live) };
      return time;
    },
    random: () => 0,
  };
  const known = (): Pipeline => {
    const pipeline = controller.world.pipeline(key);
    assert.ok(pipeline && isReadable(pipeline));
    return pipeline;
  };
  const effect = async (action: Action): Promise<Outcome> => {
    switch (action.type) {
      case 'write-status':
        return write(action);
      case 'remove-annotation':
        return api.removeAnnotation(action);
      case 'announce':
        return { type: 'announced', pipeline: action.pipeline, announcement: action.announcement };
      case 'open-pull-request': {
        oracle.promotes(action, { pipeline: known(), sight });
        const outcome = await forge.perform(action);
        oracle.promoted(outcome, forge.proposals);
        return outcome;
      }
      case 'hand-over':
        oracle.promotes(action, { pipeline: known(), sight });
        oracle.handsOver(action.promotion, known());
        return receiver.handOver(action.promotion, agenda.now() + skew + 5000);
      case 'set-check':
        return { type: 'check-set', promotion: action.promotion, head: action.head, check: action.check };
      case 'follow-pull-request':
      case 'close-pull-request':
      case 'withdraw-pull-request':
      case 'leave-pull-request':
        return forge.perform(action);
    }
  };
  const write = (action: Action & { type: 'write-status' }): Outcome => {
    const before = api.stored();
    const outcome = api.writeStatus(action);
    if (outcome.type !== 'status-written') return outcome;
    writes += 1;
    const after = api.stored();
    const named = before.spec.environments.map(({ name }) => name);
    for (const name of Object.keys(before.status.environments ?? {})) if (!named.includes(name)) forget(name);
    checkLives(before.status, after.status, named);
    oracle.wrote({ pipeline: before, sight }, after);
    return outcome;
  };
  const crashes = (action: Action, moment: 'before' | 'after'): boolean => {
    const { crash } = trouble;
    if (crash?.of !== action.type || crash.moment !== moment) return false;
    trouble.crash = undefined;
    note(`crash ${moment} ${inWords(action)}`);
    controller.end();
    return true;
  };
  const fails = (action: Action): Outcome | undefined => {
    const promotes = action.type.endsWith('pull-request') || action.type === 'hand-over';
    const kind = action.type === 'write-status' ? 'writes' : promotes ? 'forge' : undefined;
    if (kind === undefined || trouble[kind] === 0) return undefined;
    trouble[kind] -= 1;
    troubled = true;
    const remedy = kind === 'writes' ? 'retry' : chance.one(['retry', 'retry', 'wait', 'give-up'] as const);
    const retryAfter = chance.oneIn(4) ? { retryAfter: agenda.now() + 90_000 } : {};
    note(`fails (${remedy}): ${inWords(action)}`);
    return { type: 'failed', action, failure: { ...aFailure({ remedy }), ...retryAfter } };
  };
  const perform = async (action: Action): Promise<Outcome> => {
    if (action.type !== 'announce') note(inWords(action));
    if (trouble.meanwhile && action.type !== 'announce') {
      const { meanwhile } = trouble;
      trouble.meanwhile = undefined;
      troubled = true;
      meanwhile();
    }
    const nothing: Outcome = { type: 'status-conflict', pipeline: undefined };
    if (crashes(action, 'before')) return nothing;
    const outcome = fails(action) ?? (await effect(action));
    if (outcome.type === 'status-conflict') troubled = true;
    return crashes(action, 'after') ? nothing : outcome;
  };

  const looked = (result: Reconciliation): void => {
    const { judgements, finished, wakeAt } = result;
    rested = finished;
    note(`looked: ${judgements.map(({ reason }) => reason).join(' ')}`);
    assert.ok(result.outcomes.length < 100);
    if (!finished) return;
    assert.ok(wakeAt === undefined || wakeAt > agenda.now() + skew, 'it wants to look again at once');
    if (!troubled) oracle.answered(known());
  };
  const begin = () => createController({ agenda, clock, perform, looked });
  let controller = begin();
  /** A new process: it lists what there is, and each cluster answers in its time. */
  const restart = (): void => {
    note('restart');
    controller.end();
    receiver.restarted();
    controller = begin();
    shown.clear();
    live.clear();
    unseen.length = 0;
    see(api.stored());
    for (const cluster of clusterKeys) {
      controller.learn({ type: 'cluster-opening', cluster, at: agenda.now() + skew });
      agenda.at(agenda.now() + chance.between(1, 20_000), () => {
        if (!live.has(cluster)) list(cluster);
      });
    }
  };
  const settle = async (): Promise<void> => {
    troubled = false;
    while (!(await controller.settle())) restart();
  };
  const forget = (environment: string): void => {
    for (const proposal of forge.proposals) if (proposal.environment === environment) proposal.orphan = true;
    oracle.forgot(environment);
  };
  restart();

  return {
    chance,
    agenda,
    log,
    note,
    trouble,
    leaves,
    flux,
    environments,
    forge,
    receiver,
    oracle,
    api,
    lose,
    resume,
    restart,
    forget,
    settle,
    revisions,
    strategy: pullRequests.strategy,
    writes: () => writes,
    /** Whether the last look has come to its end. */
    rested: () => rested,
    turnClock: (by: number) => (skew = by),
    look: () => controller.look(),
    pass: (milliseconds: number) => agenda.pass(milliseconds, settle),
    release: (leaf: Leaf) => splitKey(leaf.key),
  };
};
export type Simulation = ReturnType<typeof createSimulation>;
