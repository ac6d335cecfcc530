import type { Deployment } from '../../model/deployment.ts';
import { event } from './entry.ts';
import { at, revision, source } from './example-facts.ts';

/** What Events say that no environment answers. */
export const eventReasons = {
  Promote: event({
    turn: 'receiver',
    meaning: 'The strategy `notification` hands a promotion over: whoever hears the event makes it.',
    example: { pipeline: 'apps/podinfo', ...at },
    text: (facts) => `Promote pipeline ${facts.pipeline} to ${facts.environment} with version ${facts.revision}`,
  }),
  PromotionChanged: event({
    turn: 'nobody',
    meaning: 'The state of a promotion has changed; the Event’s reason is `Promotion` and the new state.',
    example: { ...at, source, state: 'Succeeded', detail: '; it took 14m' },
    text: (facts) =>
      `promotion of ${facts.revision} from ${facts.source} to ${facts.environment} is ${facts.state}${facts.detail}`,
  }),
  DeploymentChanged: event<{
    revision: string;
    environment: string;
    status: Deployment['status'];
    targets: string;
    detail: string;
  }>({
    turn: 'nobody',
    meaning:
      'A version is on its way to targets of an environment, has arrived or has failed there, or was rolled back; the Event’s reason is `DeploymentProgressing`, `DeploymentSucceeded`, `DeploymentFailed` or `DeploymentRolledBack`.',
    example: {
      ...at,
      status: 'succeeded',
      targets: 'podinfo in namespace podinfo of cluster apps/prod',
      detail: '; it took 14s',
    },
    text: (facts) => {
      const verbs = {
        progressing: 'is being deployed to',
        succeeded: 'is deployed to',
        failed: 'has failed in',
        rolledback: 'was rolled back in',
      };
      return `${facts.revision} ${verbs[facts.status]} ${facts.environment}: ${facts.targets}${facts.detail}`;
    },
  }),
  RequestObsolete: event({
    turn: 'nobody',
    meaning: 'An annotation was removed that had been used, or had lost its meaning.',
    example: { annotation: 'pipelines.weave.works/approve.prod', value: revision, why: '6.1.6 is what waits now' },
    text: (facts) => `${facts.annotation}=${facts.value} was removed: ${facts.why}`,
  }),
} as const;
