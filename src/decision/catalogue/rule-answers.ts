import { hold, nothing, promote, wait } from './entry.ts';
import { at, environment, revision, source } from './example-facts.ts';

/** What an environment answers by the rule: what is due, what is not, and what its evidence or its direction waits for. */
export const ruleAnswers = {
  PromotionDue: promote({
    turn: 'leafwatch',
    meaning: 'Everything allows the promotion: it is being made.',
    glance: '⏳ promoting',
    example: { revision, source },
    text: (facts) => `${facts.revision} is promoted from ${facts.source}`,
  }),

  FirstEnvironment: nothing<{ revision: string | undefined; why: string | undefined }>({
    turn: 'nobody',
    meaning: 'The first environment is nobody’s destination: it says what can be promoted from it.',
    example: { revision, why: undefined },
    text: (facts) =>
      facts.why === undefined
        ? `runs ${facts.revision ?? 'nothing'}, which is promoted from here`
        : `nothing is promoted from here now: ${facts.why}`,
  }),
  UpToDate: nothing<{ revision: string; source: string; took: string | undefined }>({
    turn: 'nobody',
    meaning: 'The environment runs what the one before it runs.',
    example: { revision, source, took: '14m' },
    text: (facts) =>
      `runs ${facts.revision}, as ${facts.source} does${facts.took === undefined ? '' : `; its promotion took ${facts.took}`}`,
  }),

  ClusterUnseen: wait({
    turn: 'operator',
    meaning:
      'A cluster of the source or of the destination cannot be seen: nothing is decided on what was last known of it.',
    glance: '? unseen',
    example: {
      why: 'cluster flux-system/prod-eu is lost since 2026-03-02T09:48:00Z: connection refused; it is tried again at least every 30 s',
    },
    text: (facts) => `waits: ${facts.why}`,
  }),
  SourceNotSettled: wait({
    turn: 'flux',
    meaning: 'A target of the source is being deployed, fails, is suspended or does not exist.',
    example: {
      source,
      target: 'podinfo in namespace podinfo of cluster apps/staging',
      why: 'Flux is deploying another version',
    },
    text: (facts) => `waits for ${facts.source}: ${facts.target}: ${facts.why}`,
  }),
  SourcesDisagree: wait({
    turn: 'flux',
    meaning: 'The targets of the source run different versions.',
    example: { source, running: '6.1.5 in cluster apps/eu, 6.1.4 in cluster apps/us' },
    text: (facts) => `waits for ${facts.source}: its targets run different versions: ${facts.running}`,
  }),
  Downgrade: hold({
    turn: 'operator',
    meaning: 'The version is older than what a target of the destination runs.',
    glance: '✗ downgrade',
    example: { ...at, running: '6.1.6' },
    text: (facts) =>
      `${facts.revision} is not promoted: ${facts.environment} runs ${facts.running}, which is newer; set allowDowngrade to allow it`,
  }),
  DirectionUnknown: hold({
    turn: 'operator',
    meaning: 'One of the two versions is not a semantic version: whether it is older cannot be told.',
    glance: '✗ direction',
    example: { revision: 'nightly', environment, running: '6.1.4' },
    text: (facts) =>
      `${facts.revision} is not promoted: whether it is older than ${facts.running} in ${facts.environment} cannot be told; set allowDowngrade to allow it`,
  }),
} as const;
