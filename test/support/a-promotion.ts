import type { Promotion } from '../../src/model/action.ts';

/** A promotion of podinfo 6.1.5 into prod by a pull request on `url`. */
export const aPromotion = (url: string, type: 'github' | 'gitea', revision = '6.1.5'): Promotion => ({
  pipeline: 'apps/podinfo',
  environment: 'prod',
  revision,
  from: 'staging',
  strategy: { type, url, baseBranch: 'main', secretRef: { name: 'forge' } },
  text: {
    branch: `promotions/apps/podinfo/prod/${revision}`,
    title: `Promote apps/podinfo in prod to ${revision}`,
    commitMessage: `chore: promote apps/podinfo in prod to ${revision}`,
    body: 'evidence\n\napps/podinfo/prod\n',
  },
  supersedes: [],
});

/** A manifest whose version is marked for prod. */
export const markedManifest = (version: string): string =>
  `spec:\n  version: "${version}" # {"$promotion": "apps:podinfo:prod"}\n`;
