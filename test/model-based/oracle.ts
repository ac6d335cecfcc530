import assert from 'node:assert/strict';
import type { ActionOf, Handover, Outcome, PromotionIdentity } from '../../src/model/action.ts';
import type { PromotionSpec } from '../../src/model/pipeline-spec.ts';
import type { PromotionRecord } from '../../src/model/pipeline-status.ts';
import type { Pipeline } from '../../src/model/pipeline.ts';
import { inRange, isOpen, mayFollow, soaks } from './gate-settings.ts';
import type { Proposal } from './forge-model.ts';
import type { Leaf, Shot } from './leaf.ts';

/** What the process that decides has been shown, at the moment of its decision. */
export interface Sight {
  readonly time: number;
  readonly shown: ReadonlyMap<Leaf, Shot>;
  readonly live: ReadonlySet<string>;
}

export interface Known {
  readonly pipeline: Pipeline;
  readonly sight: Sight;
}

const promotionInto = ({ spec }: Pipeline, environment: string): PromotionSpec =>
  spec.environments.find(({ name }) => name === environment)?.promotion ?? spec.promotion ?? {};

const settledOn = ({ release, truth }: Shot): string | undefined =>
  release && !release.deleting && !truth.suspended ? truth.healthy?.revision : undefined;

const branchOf = (environment: string, { revision, retry }: PromotionRecord): string =>
  `promotions/apps/podinfo/${environment}/${revision}${retry === undefined ? '' : `=r${retry}`}`;

/** Judges by the true history what a controller does: it knows nothing of how decisions are made. */
export const createOracle = (leaves: readonly Leaf[]) => {
  /** When a look last saw a target suspended, which its object does not tell of later; until the status is lost. */
  const seenPaused = new Map<Leaf, number>();
  const approved = new Set<string>();
  const refused = new Map<string, number>();
  const asked = new Map<string, number>();
  const openings = new Map<string, number>();
  const handovers = new Map<string, string>();
  const id = (environment: string, revision: string): string => `${environment} ${revision}`;

  const checkPlaces = ({ environment, revision, from }: PromotionIdentity, { pipeline, sight }: Known): void => {
    const names = pipeline.spec.environments.map(({ name }) => name);
    assert.equal(names[names.indexOf(environment) - 1], from, `${from} is not before ${environment}`);
    for (const leaf of leaves.filter((one) => one.environment === from || one.environment === environment)) {
      assert.ok(sight.live.has(leaf.cluster), `${leaf.cluster} was not seen when ${revision} was promoted`);
      const shot = sight.shown.get(leaf)!;
      if (leaf.environment === from)
        assert.equal(
          settledOn(shot),
          revision,
          `${leaf.cluster} did not run ${revision} healthy in ${from}, but: ${JSON.stringify(shot)}`,
        );
    }
  };

  const checkSoak = (leaf: Leaf, { revision }: PromotionIdentity, soak: string | undefined, { sight }: Known): void => {
    const since = Math.max(sight.shown.get(leaf)!.truth.healthy!.since, seenPaused.get(leaf) ?? 0);
    const lasted = Math.max(0, sight.time - Math.floor(since / 1000) * 1000);
    assert.ok(lasted >= soaks[soak ?? '0s']!, `${revision} had soaked for ${lasted} ms of ${soak}`);
  };

  const checkGates = (promotion: PromotionIdentity, record: PromotionRecord, known: Known): void => {
    const { pipeline, sight } = known;
    const { environment, revision, from } = promotion;
    const spec = promotionInto(pipeline, environment);
    const suspended = pipeline.spec.environments.find(({ name }) => name === environment)?.suspend;
    assert.ok(!pipeline.spec.suspend && !suspended, `${revision} was promoted into ${environment}, which is suspended`);
    assert.ok(inRange(revision, spec.versions), `${revision} is not in ${spec.versions}`);
    assert.ok(isOpen(spec.windows, sight.time), `${revision} was promoted outside of its window`);
    for (const leaf of leaves) {
      const shot = sight.shown.get(leaf);
      const running = shot?.release?.deployed?.chartVersion;
      if (leaf.environment === environment && running !== undefined && !spec.allowDowngrade)
        assert.ok(mayFollow(revision, running), `${revision} was promoted over ${running}`);
      if (leaf.environment === from) checkSoak(leaf, promotion, spec.soak, known);
    }
    if (spec.manual)
      assert.ok(
        approved.has(branchOf(environment, record)),
        `${revision} was promoted into ${environment} without approval`,
      );
  };

  return {
    /** A status was written by a look that knew this: approvals count from then on, for one promotion each. */
    wrote: ({ pipeline, sight }: Known, after: Pipeline): void => {
      for (const { name } of pipeline.spec.environments) {
        const record = after.status.environments?.[name]?.promotion;
        const approval = pipeline.metadata.annotations[`pipelines.weave.works/approve.${name}`];
        if (record?.state === 'Opening' && record.revision === approval) approved.add(branchOf(name, record));
        const own = leaves.filter(({ environment }) => environment === name);
        if (!own.every(({ cluster }) => sight.live.has(cluster))) continue;
        for (const leaf of own) if (sight.shown.get(leaf)!.truth.suspended) seenPaused.set(leaf, sight.time);
      }
    },
    /** A look has come to its end undisturbed: an approval that it used, or used before, is gone. */
    answered: ({ metadata: { annotations }, status }: Pipeline): void => {
      for (const [name, { promotion }] of Object.entries(status.environments ?? {}))
        // Where it is asked for anew, the approval may be one for that.
        if (promotion?.approval && annotations[`pipelines.weave.works/retry.${name}`] !== promotion.revision)
          assert.notEqual(annotations[`pipelines.weave.works/approve.${name}`], promotion.revision, 'a used approval');
    },
    /** The status of an environment is gone, and what only it could remember. */
    forgot: (environment: string): void => {
      for (const leaf of leaves) if (leaf.environment === environment) seenPaused.delete(leaf);
      for (const of of handovers.keys()) if (of.startsWith(`${environment} `)) handovers.delete(of);
      for (const branch of approved) if (branch.split('/')[3] === environment) approved.delete(branch);
    },
    /** A person has closed or rejected it. */
    refused: (environment: string, revision: string): void => {
      refused.set(id(environment, revision), asked.get(id(environment, revision)) ?? 0);
    },
    /** A person asks for it anew. */
    asked: (environment: string, revision: string): void => {
      asked.set(id(environment, revision), (asked.get(id(environment, revision)) ?? 0) + 1);
    },
    promotes: (action: ActionOf<'open-pull-request' | 'hand-over'>, known: Known): void => {
      const { promotion } = action;
      const record = known.pipeline.status.environments?.[promotion.environment]?.promotion;
      assert.deepEqual([record?.state, record?.revision], ['Opening', promotion.revision], 'it acts before it writes');
      checkPlaces(promotion, known);
      checkGates(promotion, record!, known);
    },
    /** One promotion, one id; another one only where a person asks anew, or nobody can know of the first any more. */
    handsOver: ({ environment, revision, id: told }: Handover, { status }: Pipeline): void => {
      const { promotion, history = [] } = status.environments?.[environment] ?? {};
      const { retry = 0 } = promotion!;
      const of = id(environment, revision);
      assert.ok(retry <= (asked.get(of) ?? 0), `${revision} was handed over anew, and nobody asked for it`);
      const before = handovers.get(`${of} ${retry}`);
      handovers.set(`${of} ${retry}`, told);
      assert.ok(before === undefined || before === told || history.length === 10, `two ids for ${of}`);
    },
    promoted: (outcome: Outcome, proposals: readonly Proposal[]): void => {
      if (outcome.type !== 'pull-request-seen' && outcome.type !== 'nothing-to-change') return;
      const { environment, revision } = outcome.promotion;
      const of = id(environment, revision);
      const most = 1 + (asked.get(of) ?? 0);
      if (outcome.type === 'pull-request-seen' && outcome.opened) {
        openings.set(of, (openings.get(of) ?? 0) + 1);
        const refusedAt = refused.get(of);
        const anew = refusedAt === undefined || most - 1 > refusedAt;
        assert.ok(anew, `${revision} was refused for ${environment} by a person`);
      }
      assert.ok((openings.get(of) ?? 0) <= most, `${openings.get(of)} pull requests for ${revision} in ${environment}`);
      const open = proposals.filter((one) => one.environment === environment && one.state === 'open' && !one.orphan);
      assert.ok(open.length <= 1, `open in ${environment}: ${open.map((one) => one.branch).join(', ')}`);
    },
  };
};
