import type { PullRequestStrategy } from '../model/pipeline-spec.ts';
import { bitbucketServer } from './bitbucket-server.ts';
import type { Forge, ForgeAccess } from './forge.ts';
import { gitea } from './gitea.ts';
import { github } from './github.ts';
import { gitlab } from './gitlab.ts';

/** The forge that a strategy names; a FailureError for an address that it cannot have. */
export const createForge = (strategy: Pick<PullRequestStrategy, 'type' | 'url'>, access: ForgeAccess): Forge => {
  switch (strategy.type) {
    case 'github':
      return github(strategy.url, access);
    case 'gitea':
    case 'forgejo':
      return gitea(strategy.url, access);
    case 'gitlab':
      return gitlab(strategy.url, access);
    case 'bitbucket-server':
      return bitbucketServer(strategy.url, access);
  }
};
