import { setImmediate as turn } from 'node:timers/promises';
import type { Action, Outcome } from '../../src/model/action.ts';
import type { Deployment } from '../../src/model/deployment.ts';
import type { Fact } from '../../src/model/fact.ts';
import type { FluxEvent } from '../../src/model/flux-event.ts';
import { PipelineStatus } from '../../src/model/pipeline-status.ts';
import type { Pipeline, SeenPipeline } from '../../src/model/pipeline.ts';
import { createWorld } from '../../src/model/world.ts';
import { createReconcile } from '../../src/reconcile.ts';
import { keepEvidence } from '../../src/sinks/keep-evidence.ts';
import { beingRead } from '../../src/sources/held.ts';
import { hearing } from '../../src/sources/webhook.ts';
import { anEnvironment, aPipeline, clusterNamed } from '../support/builders.ts';
import { retryDelays } from '../support/given.ts';

const key = 'apps/podinfo';
/** Where the one target is. */
export const cluster = clusterNamed('dev');
const path = { namespace: 'apps', pipeline: 'podinfo', environment: 'dev' };

/** Where the Pipeline is kept while processes come and go. */
const startStore = () => {
  let pipeline: Pipeline = aPipeline({ environments: [anEnvironment('dev')], suspend: true });
  const put = (resourceVersion: string, status: unknown): SeenPipeline | 'conflict' => {
    const { metadata } = pipeline;
    if (metadata.resourceVersion !== resourceVersion) return 'conflict';
    const next = String(Number(resourceVersion) + 1);
    pipeline = {
      ...pipeline,
      metadata: { ...metadata, resourceVersion: next },
      status: PipelineStatus.parse(JSON.parse(JSON.stringify(status))),
    };
    return pipeline;
  };
  return {
    pipeline: () => pipeline,
    replace: put,
    /** Evidence alone is merged into what is there. */
    merge: (resourceVersion: string, { environments = {} }: PipelineStatus): SeenPipeline | 'conflict' => {
      const { status } = pipeline;
      const merged = Object.entries(environments).map(([name, { evidence }]) => {
        const known = status.environments?.[name];
        return [name, { ...known, evidence: { ...known?.evidence, ...evidence } }] as const;
      });
      return put(resourceVersion, {
        ...status,
        environments: { ...status.environments, ...Object.fromEntries(merged) },
      });
    },
  };
};

const bodyOf = ({ kind, namespace, name, at, ...event }: FluxEvent): Uint8Array => {
  const { severity, message, reason, revision } = event;
  const timestamp = new Date(at).toISOString();
  const involvedObject = { kind, namespace, name };
  return Buffer.from(JSON.stringify({ involvedObject, severity, timestamp, message, reason, metadata: { revision } }));
};

/** Leafwatch with one target, its store, and every deployment that it has told of; time stands still, as far as it can be seen. */
export const startInstallation = (now: number) => {
  const store = startStore();
  const told: Deployment[] = [];
  const clock = { now: () => now, random: () => 0.5 };
  let current = begin();

  function begin() {
    const world = createWorld();
    const perform = async (action: Action): Promise<Outcome> => {
      await turn();
      if (action.type === 'announce') return { type: 'announced', pipeline: key, announcement: action.announcement };
      if (action.type !== 'write-status') throw new Error(`nothing is to be done, but ${action.type}`);
      const written = store.replace(action.resourceVersion, action.status);
      return written === 'conflict'
        ? { type: 'status-conflict', pipeline: store.pipeline() }
        : { type: 'status-written', pipeline: written };
    };
    const reconcile = createReconcile({
      ...{ world, perform, clock, retryDelays },
      leading: () => true,
      pullRequestInterval: 600_000,
    });
    const look = async (): Promise<void> => {
      const { deployments, finished, bug } = await reconcile(key);
      if (bug) throw new Error(bug.message);
      told.push(...deployments);
      if (!finished) await look();
    };
    const learn = async (fact: Fact): Promise<void> => {
      if (world.learn(fact).includes(key)) await look();
    };
    const objects = {
      getPipeline: async () => {
        await turn();
        return store.pipeline();
      },
      mergePipelineStatus: async ({ resourceVersion, status }: { resourceVersion: string; status: PipelineStatus }) => {
        await turn();
        return store.merge(resourceVersion, status);
      },
    };
    const ear = hearing({ world, clock, tolerance: Number.POSITIVE_INFINITY, keep: keepEvidence({ objects }) });
    const heard: Fact[] = [];
    ear.facts.subscribe((fact) => heard.push(fact));
    return {
      learn,
      hear: async (event: FluxEvent): Promise<void> => {
        const { status, text } = await ear.hear(path, bodyOf(event));
        if (status !== 202) throw new Error(`${status}: ${text}`);
        for (const fact of heard.splice(0)) await learn(fact);
      },
    };
  }

  return {
    told: told as readonly Deployment[],
    /** What the status says that the target runs. */
    revision: () => store.pipeline().status.environments?.['dev']?.revision,
    learn: (fact: Fact) => current.learn(fact),
    hear: (event: FluxEvent) => current.hear(event),
    /** Another process: it does not know yet whether the cluster is registered when it sees the Pipeline, and learns these facts then. */
    restart: async (...facts: readonly Fact[]): Promise<void> => {
      current = begin();
      await current.learn({ type: 'cluster-unread', cluster, failure: beingRead, at: now });
      await current.learn({ type: 'pipeline-seen', pipeline: store.pipeline() });
      for (const fact of facts) await current.learn(fact);
    },
  };
};
