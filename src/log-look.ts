import type { Outcome } from './model/action.ts';
import { isOfDeployment, type Deployment } from './model/deployment.ts';
import type { Fact } from './model/fact.ts';
import type { Reconciliation } from './reconcile.ts';
import type { Log } from './telemetry/log.ts';

const tell = (log: Log, pipeline: string, outcome: Outcome): void => {
  switch (outcome.type) {
    case 'status-written':
      log.debug('status written', { pipeline });
      break;
    case 'status-conflict':
      log.debug('status changed by another writer; deciding again', { pipeline });
      break;
    case 'pull-request-seen': {
      const { promotion, pullRequest, opened } = outcome;
      const { environment, revision, from } = promotion;
      const fields = { pipeline, environment, revision, from, url: pullRequest.url, state: pullRequest.state };
      if (opened) log.info('pull request opened', fields);
      else log.debug('pull request looked at', fields);
      break;
    }
    case 'nothing-to-change': {
      const { environment, revision } = outcome.promotion;
      log.info('the base branch says the revision already', { pipeline, environment, revision });
      break;
    }
    case 'promoted-before': {
      const { environment, revision } = outcome.promotion;
      const fields = { pipeline, environment, revision, url: outcome.pullRequest.url };
      log.info('a promotion was merged long ago, and the base branch says something else by now', fields);
      break;
    }
    case 'turn-pending': {
      const { environment, revision } = outcome.promotion;
      log.debug('a promotion waits for its turn', { pipeline, environment, revision, host: outcome.host });
      break;
    }
    case 'handover-pending': {
      const { environment, revision, id } = outcome.promotion;
      log.debug('a handover awaits its answer', { pipeline, environment, revision, id });
      break;
    }
    case 'handed-over': {
      const { environment, revision, from, id } = outcome.promotion;
      log.info('a promotion is handed over', { pipeline, environment, revision, from, id });
      break;
    }
    case 'promotion-closed': {
      const { environment, revision } = outcome.promotion;
      log.info('a rejected promotion is closed', { pipeline, environment, revision, url: outcome.pullRequest?.url });
      break;
    }
    case 'pull-request-withdrawn': {
      const { environment, revision } = outcome.promotion;
      log.info('a pull request that was opened too late is closed', {
        pipeline,
        environment,
        revision,
        url: outcome.url,
      });
      break;
    }
    case 'pull-request-left': {
      const { environment, revision, strategy } = outcome.promotion;
      const fields = { pipeline, environment, revision, base: strategy.baseBranch, repository: strategy.url };
      log.info('a pull request is left: the spec names another repository or base for it by now', fields);
      if (outcome.trouble !== undefined) log.warn(outcome.trouble, fields);
      break;
    }
    case 'check-set': {
      const { promotion, head, check } = outcome;
      const { environment, revision } = promotion;
      log.debug('commit status written', { pipeline, environment, revision, head, state: check.state });
      break;
    }
    case 'annotation-removed': {
      const { annotation, value, removed } = outcome;
      if (!removed) break;
      log.info('annotation removed: it was used, or has lost its meaning', { pipeline, annotation, value });
      break;
    }
    case 'announced': {
      const { type, reason, message } = outcome.announcement;
      // Each deployment has a line of its own.
      if (isOfDeployment(reason)) break;
      log[type === 'Warning' ? 'warn' : 'info'](message, { pipeline, reason });
      break;
    }
    case 'failed': {
      const { reason, message, remedy } = outcome.failure;
      log.error(message, { pipeline, action: outcome.action.type, reason, remedy });
    }
  }
};

/** One line for what has become of a deployment: the whole record. */
const tellDeployment = (log: Log, deployment: Deployment): void =>
  log[deployment.status === 'failed' ? 'warn' : 'info'](`deployment ${deployment.status}`, { ...deployment });

/** Tells the log what one look at a Pipeline came to: each outcome, and at debug level why nothing else was done. */
export const logLook = (log: Log, look: Reconciliation): void => {
  const { pipeline, outcomes, judgements, deployments, bug } = look;
  if (bug) log.error(bug.message, { pipeline, reason: bug.reason });
  for (const deployment of deployments) tellDeployment(log, deployment);
  for (const outcome of outcomes) tell(log, pipeline, outcome);
  for (const { type, reason, message } of judgements) log.debug(message, { pipeline, judgement: type, reason });
};

/** Tells the log of a registration that is refused: no Pipeline need name the cluster, and then nothing else does. */
export const logFact = (log: Log, fact: Fact): void => {
  if (fact.type === 'cluster-refused')
    log.warn(fact.failure.message, { cluster: fact.cluster, reason: fact.failure.reason });
};
