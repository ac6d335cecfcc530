import { decide } from '../../src/decision/decide.ts';
import type { Deployment } from '../../src/model/deployment.ts';
import type { Fact } from '../../src/model/fact.ts';
import type { DeploymentEntry } from '../../src/model/deployment-entry.ts';
import { PipelineStatus, type WebhookEvidence } from '../../src/model/pipeline-status.ts';
import type { Pipeline } from '../../src/model/pipeline.ts';
import { createWorld } from '../../src/model/world.ts';
import { clusterNamed } from './builders.ts';
import { retryDelays } from './given.ts';

/** A Pipeline that is decided on again and again, each time from the status that was written before. */
export interface DeploymentLife {
  readonly learn: (...facts: readonly Fact[]) => void;
  /** Keeps what a signed event says of the target of an environment with one, in a cluster of the same name. */
  readonly hear: (environment: string, evidence: WebhookEvidence) => void;
  /** What is told when it is decided at a time. */
  readonly look: (now: number) => readonly Deployment[];
  /** Forgets all but the status, and learns these facts. */
  readonly restart: (...facts: readonly Fact[]) => void;
  readonly change: (spec: Partial<Pipeline['spec']>) => void;
  readonly entries: (environment: string) => readonly DeploymentEntry[];
  readonly status: () => PipelineStatus;
}

export const deploymentLife = (first: Pipeline): DeploymentLife => {
  let pipeline = first;
  let world = createWorld();
  const write = (status: PipelineStatus): void => {
    pipeline = { ...pipeline, status: PipelineStatus.parse(JSON.parse(JSON.stringify(status))) };
  };
  const learn = (...facts: readonly Fact[]): void => facts.forEach((fact) => world.learn(fact));
  return {
    learn,
    hear: (environment, evidence) => {
      const { environments = {} } = pipeline.status;
      const key = `${clusterNamed(environment)} podinfo/podinfo`;
      const before = environments[environment] ?? {};
      const heard = { ...before, evidence: { ...before.evidence, [key]: evidence } };
      write({ ...pipeline.status, environments: { ...environments, [environment]: heard } });
    },
    look: (now) => {
      const { status, deployments } = decide(pipeline, world, retryDelays, now);
      write(status);
      return deployments;
    },
    restart: (...facts) => {
      world = createWorld();
      learn(...facts);
    },
    change: (spec) => {
      const metadata = { ...pipeline.metadata, generation: pipeline.metadata.generation + 1 };
      pipeline = { ...pipeline, metadata, spec: { ...pipeline.spec, ...spec } };
    },
    entries: (environment) => pipeline.status.environments?.[environment]?.deployments ?? [],
    status: () => pipeline.status,
  };
};

/** A deployment in words: `dev: failed 6.1.5 after 6.1.4`, or `dev: rolledback 6.1.5 to 6.1.4`, with the cluster where an environment has several. */
export const deploymentInWords = ({ environment, status, version, previous, cluster }: Deployment): string => {
  const where = cluster === clusterNamed(environment) ? environment : `${environment} in ${cluster ?? 'management'}`;
  const link = status === 'rolledback' ? 'to' : 'after';
  return `${where}: ${status} ${version}${previous === undefined ? '' : ` ${link} ${previous}`}`;
};
