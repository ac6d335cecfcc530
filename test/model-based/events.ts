import type { Pipeline } from '../../src/model/pipeline.ts';
import { somePromotion } from './gate-settings.ts';
import type { Task } from './receiver-model.ts';
import { clusterKeys, type Simulation } from './simulation.ts';

type Event = (world: Simulation) => void;

/** Flux applies what the base branch says for an environment, target by target. */
export const apply = (
  { forge, leaves, flux, chance, agenda }: Simulation,
  environment: string,
  well?: boolean,
): void => {
  for (const leaf of leaves.filter((one) => one.environment === environment)) {
    const version = forge.base.get(environment)!;
    if (leaf.wanted === version && leaf.now.truth.healthy?.revision === version) continue;
    agenda.at(agenda.now() + chance.between(0, 60_000), () => flux.upgrade(leaf, version, well ?? !chance.oneIn(6)));
  }
};

const annotate = ({ api, note }: Simulation, name: string, value: string | undefined): void => {
  note(`annotate ${name}=${value ?? ''}`);
  api.change((pipeline) => {
    const others = Object.entries(pipeline.metadata.annotations).filter(([other]) => other !== name);
    const annotations = Object.fromEntries([...others, ...(value === undefined ? [] : [[name, value] as const])]);
    return { ...pipeline, metadata: { ...pipeline.metadata, annotations } };
  });
};
/** A person asks something of a revision in an environment. */
export const ask = (world: Simulation, verb: string, environment: string, revision: string): void => {
  if (verb === 'retry') world.oracle.asked(environment, revision);
  annotate(world, `pipelines.weave.works/${verb}.${environment}`, revision);
};

/** A person merges a pull request: the base branch says what it says. */
export const merge = (world: Simulation, number: number): void => {
  const { forge, note } = world;
  const proposal = forge.proposals[number - 1]!;
  note(`merge ${proposal.branch}`);
  proposal.state = 'merged';
  forge.base.set(proposal.environment, proposal.revision);
  apply(world, proposal.environment);
};

/** Other tooling does what it was told: the base branch says the revision. */
export const carryOut = (world: Simulation, task: Task): void => {
  const { environment, revision } = task.promotion;
  world.note(`carry out ${revision} in ${environment}`);
  task.done = true;
  world.forge.base.set(environment, revision);
  apply(world, environment);
};

const push = (world: Simulation, environment: string, revision: string): void => {
  world.note(`push ${revision} to ${environment}`);
  world.forge.base.set(environment, revision);
  apply(world, environment);
};
const someEnvironment = ({ chance, environments }: Simulation): string => chance.one(environments).name;
const settle =
  (then: 'merge' | 'close'): Event =>
  (world) => {
    const { chance, forge, note, oracle } = world;
    const proposal = chance.some(forge.proposals.filter(({ state }) => state === 'open'));
    if (!proposal) return;
    if (then === 'merge') {
      merge(world, proposal.number);
      return;
    }
    note(`close ${proposal.branch}`);
    proposal.state = 'closed';
    oracle.refused(proposal.environment, proposal.revision);
  };

/** Mostly what is waited for, sometimes anything: wrong, too early, too late. */
const request =
  (verb: 'approve' | 'reject' | 'retry'): Event =>
  (world) => {
    const { chance, api, revisions } = world;
    const environment = someEnvironment(world);
    const { waitingApproval, promotion } = api.stored().status.environments?.[environment] ?? {};
    const { revision = promotion?.revision } = waitingApproval ?? {};
    ask(world, verb, environment, revision === undefined || chance.oneIn(4) ? chance.one(revisions) : revision);
  };

const change =
  (edit: (world: Simulation, pipeline: Pipeline) => Pipeline['spec']): Event =>
  (world) => {
    world.note('the spec is edited');
    world.api.change((pipeline) => ({
      ...pipeline,
      spec: edit(world, pipeline),
      metadata: { ...pipeline.metadata, generation: pipeline.metadata.generation + 1 },
    }));
  };
const editOne = (world: Simulation, { spec }: Pipeline): Pipeline['spec'] => {
  const edited = world.chance.below(spec.environments.length);
  const { name, targets } = spec.environments[edited]!;
  const rest = { name, targets };
  const parts = world.chance.one([
    { ...rest, suspend: true },
    rest,
    { ...rest, promotion: somePromotion(world.chance) },
  ]);
  return { ...spec, environments: spec.environments.map((one, index) => (index === edited ? parts : one)) };
};
const editAll = ({ chance, environments }: Simulation, { spec }: Pipeline): Pipeline['spec'] =>
  chance.one([
    { ...spec, suspend: chance.oneIn(2) },
    { ...spec, promotion: somePromotion(chance) },
    { ...spec, suspend: false, environments: environments.filter(({ name }) => name === 'dev' || !chance.oneIn(4)) },
  ]);

const ofALeaf =
  (what: 'break' | 'mend' | 'remove' | 'step' | 'pause' | 'resume' | 'edit'): Event =>
  (world) => {
    const { chance, flux, note, revisions } = world;
    const leaf = chance.one(world.leaves);
    if (what !== 'step') note(`${what} ${leaf.cluster} ${leaf.key}`);
    if (what === 'pause' || what === 'resume') flux.suspend(leaf, what === 'pause');
    else if (what === 'edit') flux.upgrade(leaf, chance.one(revisions), true);
    else flux[what](leaf);
  };

const loseStatus: Event = ({ api, environments, forget, note, chance }) => {
  note('the status is lost');
  api.change((pipeline) => {
    const { uid, annotations } = pipeline.metadata;
    const metadata = { ...pipeline.metadata, uid: `${uid}'`, annotations: chance.oneIn(2) ? annotations : {} };
    return { ...pipeline, metadata, status: {} };
  });
  for (const { name } of environments) forget(name);
};

const arm: Event = ({ trouble, chance, api }) => {
  const types = ['write-status', 'open-pull-request', 'hand-over', 'follow-pull-request', 'remove-annotation'] as const;
  chance.one<() => unknown>([
    () => (trouble.forge = chance.between(1, 4)),
    () => (trouble.writes = chance.between(1, 3)),
    () => (trouble.crash = { of: chance.one(types), moment: chance.one(['before', 'after'] as const) }),
    () => (trouble.crash = { of: 'open-pull-request', moment: chance.one(['before', 'after'] as const) }),
    () => (trouble.meanwhile = () => api.change((pipeline) => pipeline)),
  ])();
};

const interfere: Event = (world) => {
  world.trouble.meanwhile = () =>
    world.chance.one<Event>([editing, settle('merge'), settle('close'), request('approve'), losing])(world);
};
const editing: Event = (world) => change(world.chance.oneIn(2) ? editOne : editAll)(world);
const carryingOut: Event = (world) => {
  const task = world.chance.some(world.receiver.tasks().filter(({ done }) => !done));
  if (task) carryOut(world, task);
};
const losing: Event = ({ chance, lose, note }) => {
  const cluster = chance.one(clusterKeys);
  note(`lose ${cluster}`);
  lose(cluster);
};
const finding: Event = ({ resume, note }) => {
  note('all clusters are found again');
  clusterKeys.forEach(resume);
};

/** All that may happen, and how often of all times. */
const events: readonly (readonly [weight: number, event: Event])[] = [
  [10, (world) => push(world, 'dev', world.chance.one(world.revisions))],
  [2, (world) => push(world, someEnvironment(world), world.chance.one(world.revisions))],
  [60, ofALeaf('step')],
  [3, ofALeaf('break')],
  [8, ofALeaf('mend')],
  [1, ofALeaf('remove')],
  [3, ofALeaf('pause')],
  [4, ofALeaf('resume')],
  [1, ofALeaf('edit')],
  [10, settle('merge')],
  [3, settle('close')],
  [6, carryingOut],
  [9, request('approve')],
  [3, request('reject')],
  [3, request('retry')],
  [1, (world) => annotate(world, 'reconcile.fluxcd.io/requestedAt', String(world.agenda.now()))],
  [3, losing],
  [5, finding],
  [1, ({ restart }) => restart()],
  [0.5, loseStatus],
  [6, arm],
  [4, interfere],
  [2, editing],
  [1, ({ turnClock, chance }) => void turnClock(-chance.between(0, 5000))],
];
const total = events.reduce((sum, [weight]) => sum + weight, 0);

/** One random thing happens. */
export const happen = (world: Simulation): void => {
  let left = (world.chance.below(1_000_000) / 1_000_000) * total;
  const [, event] = events.find(([weight]) => (left -= weight) < 0)!;
  event(world);
};
