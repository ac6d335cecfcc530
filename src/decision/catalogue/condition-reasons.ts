import { condition } from './entry.ts';

/** Why a condition of a Pipeline is as it is, and why a promotion has failed. */
export const conditionReasons = {
  ReconciliationSucceeded: condition({
    turn: 'nobody',
    meaning: 'Ready: all clusters are seen, and nothing has failed. The message is the Pipeline at a glance.',
    example: { summary: 'dev 6.1.5 › staging 6.1.5 › prod 6.1.4 ⏳ approval' },
    text: (facts) => facts.summary,
  }),
  Progressing: condition({
    turn: 'leafwatch',
    meaning: 'Not Ready yet: what the clusters run has not been read since the start.',
    example: {},
    text: () => 'the clusters of the targets are being read',
  }),
  TargetClusterNotFound: condition({
    turn: 'operator',
    meaning: 'Not Ready: a target names a cluster that is not registered.',
    example: {
      why: 'cluster apps/prod-eu is not registered; create a Secret with its kubeconfig and the label pipelines.weave.works/cluster=prod-eu',
    },
    text: (facts) => facts.why,
  }),
  TargetClusterNotReady: condition({
    turn: 'operator',
    meaning: 'Not Ready: a target’s cluster is refused, lost, or has not answered yet.',
    example: {
      why: 'cluster apps/prod-eu is lost since 2026-03-02T09:48:00Z: connection refused; it is tried again at least every 30 s',
    },
    text: (facts) => facts.why,
  }),
  TargetNotReadable: condition({
    turn: 'operator',
    meaning: 'Not Ready: a target of the first environment does not exist in its cluster.',
    example: { target: 'podinfo in namespace podinfo of cluster apps/dev', why: 'it does not exist' },
    text: (facts) => `${facts.target}: ${facts.why}`,
  }),
  UnsupportedAppKind: condition({
    turn: 'operator',
    meaning: 'Stalled: the Pipeline is about something else than a HelmRelease.',
    example: { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization' },
    text: (facts) =>
      `appRef names ${facts.apiVersion} ${facts.kind}; only HelmRelease (helm.toolkit.fluxcd.io) can be promoted`,
  }),
  InvalidSpec: condition({
    turn: 'operator',
    meaning: 'Stalled: the object cannot be read, though the API server let it through.',
    example: { problem: 'spec.environments[0].name: must be a DNS label' },
    text: (facts) => facts.problem,
  }),
  AnnotationIgnored: condition<{ ignored: readonly string[] }>({
    turn: 'operator',
    meaning:
      'An annotation approves, rejects or retries what there is not, or what does not wait. It stays, and counts once it fits.',
    example: { ignored: ['pipelines.weave.works/approve.prod=6.1.6 does nothing yet: 6.1.5 is what staging offers'] },
    text: (facts) => facts.ignored.join('; '),
  }),
  NotHonoured: condition<{ fields: readonly string[] }>({
    turn: 'operator',
    meaning: 'Fields are accepted that cannot be obeyed, since the forge has nothing of the kind.',
    example: { fields: ['spec.promotion.strategy.pull-request.labels (bitbucket-server has none)'] },
    text: (facts) => `not honoured: ${facts.fields.join(', ')}`,
  }),
  PullRequestIncomplete: condition<{ troubles: readonly string[] }>({
    turn: 'operator',
    meaning:
      'A pull request is there, and something besides it is not: its labels, reviewers, auto-merge or commit status, or its branch was left behind.',
    example: { troubles: ['prod: the repository has no label promotion: create it, or correct labels'] },
    text: (facts) => facts.troubles.join('; '),
  }),
  CertificateExpiring: condition<{ warnings: readonly string[] }>({
    turn: 'operator',
    meaning: 'A certificate in a cluster’s kubeconfig ends within 30 days, or has ended.',
    example: {
      warnings: [
        'the client certificate for cluster apps/prod ends at 2026-03-20T00:00:00Z: renew the kubeconfig in Secret apps/prod',
      ],
    },
    text: (facts) => facts.warnings.join('; '),
  }),

  DestinationFailed: condition({
    turn: 'operator',
    meaning: 'The promotion has Failed: a target of the destination failed on the version.',
    example: { target: 'podinfo in namespace podinfo of cluster apps/prod', why: 'Helm upgrade failed: timed out' },
    text: (facts) => `${facts.target}: ${facts.why}`,
  }),
  RolledBack: condition({
    turn: 'operator',
    meaning: 'The promotion has Failed: a target of the destination went back to the version before.',
    example: {
      target: 'podinfo in namespace podinfo of cluster apps/prod',
      running: '6.1.4',
      why: 'Helm rollback succeeded',
    },
    text: (facts) => `${facts.target} was rolled back to ${facts.running}: ${facts.why}`,
  }),
} as const;
