import assert from 'node:assert/strict';
import { decide, type Decision } from '../../src/decision/decide.ts';
import type { Reason } from '../../src/decision/judgement.ts';
import type { Action, Promotion } from '../../src/model/action.ts';
import type { Fact } from '../../src/model/fact.ts';
import type { EnvironmentStatus } from '../../src/model/pipeline-status.ts';
import { keyOfPipeline, type Pipeline } from '../../src/model/pipeline.ts';
import { createWorld, type World } from '../../src/model/world.ts';

export const retryDelays = { min: 5000, max: 300_000 };

/** A World that has learnt these facts. */
export const worldOf = (facts: readonly Fact[]): World => {
  const world = createWorld();
  for (const fact of facts) world.learn(fact);
  return world;
};

/** What is done, in words: `open 6.1.5 in prod`. */
export const inWords = (action: Action): string => {
  switch (action.type) {
    case 'open-pull-request':
      return `open ${action.promotion.revision} in ${action.promotion.environment}`;
    case 'follow-pull-request':
      return `follow #${action.pullRequest.number} of ${action.promotion.revision} in ${action.promotion.environment}`;
    case 'set-check':
      return `check ${action.promotion.revision} in ${action.promotion.environment}: ${action.check.state}`;
    case 'close-pull-request':
      return `close ${action.promotion.revision} in ${action.promotion.environment}`;
    case 'withdraw-pull-request':
      return `withdraw #${action.number} of ${action.promotion.revision} in ${action.promotion.environment}`;
    case 'leave-pull-request':
      return `leave ${action.promotion.revision} in ${action.promotion.environment}`;
    case 'hand-over':
      return `hand over ${action.promotion.revision} to ${action.promotion.environment}`;
    case 'remove-annotation':
      return `remove ${action.annotation.replace('pipelines.weave.works/', '')}=${action.value}`;
    case 'write-status':
      return `write status of ${action.pipeline}`;
    case 'announce':
      return `announce ${action.announcement.reason}`;
  }
};

/** What is expected of a decision: actions in words, and for environments why. */
export interface Expected {
  readonly actions?: readonly string[];
  readonly because?: Readonly<Record<string, Reason>>;
  readonly saying?: Readonly<Record<string, RegExp>>;
}

const check = (pipeline: Pipeline, decision: Decision, { actions, because = {}, saying = {} }: Expected): void => {
  const names = pipeline.spec.environments.map(({ name }) => name);
  const reasons = Object.fromEntries(names.map((name, index) => [name, decision.judgements[index]?.reason]));
  assert.deepEqual({ ...reasons, ...because }, reasons);
  if (actions) assert.deepEqual(decision.actions.map(inWords), actions);
  for (const [name, pattern] of Object.entries(saying))
    assert.match(decision.status.environments?.[name]?.message ?? '', pattern);
};

/** A specification of the rule: given these facts, when it is decided at that time, then this is done, and for this reason. */
export const given = (pipeline: Pipeline, ...facts: readonly (Fact | readonly Fact[])[]) => ({
  when: (now: number) => {
    const world = worldOf([{ type: 'pipeline-seen', pipeline }, ...facts.flat()]);
    assert.equal(world.pipeline(keyOfPipeline(pipeline)), pipeline);
    const decision = decide(pipeline, world, retryDelays, now);
    return {
      decision,
      then: (expected: Expected): Decision => {
        check(pipeline, decision, expected);
        return decision;
      },
    };
  },
});

/** What a decision says of an environment. */
export const saidOf = ({ status }: Decision, environment = 'prod'): EnvironmentStatus =>
  status.environments?.[environment] ?? {};

/** The one promotion that a decision opens. */
export const openedBy = ({ actions }: Decision): Promotion => {
  const [open] = actions;
  assert.ok(open?.type === 'open-pull-request', `no pull request is opened, but: ${actions.map(inWords).join(', ')}`);
  return open.promotion;
};

/** What a decision says by a condition: status, reason and message. */
export const conditionOf = ({ status }: Decision, wanted: string): string | undefined => {
  const condition = status.conditions?.find(({ type }) => type === wanted);
  return condition && `${condition.status} ${condition.reason}: ${condition.message}`;
};
