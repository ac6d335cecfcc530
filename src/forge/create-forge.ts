import { FailureError } from '../model/failure.ts';
import type { PullRequestStrategy } from '../model/pipeline-spec.ts';
import type { Forge, ForgeAccess } from './forge.ts';
import { gitea } from './gitea.ts';
import { github } from './github.ts';

/** The forge that a strategy names; a FailureError for one that is not spoken here yet. */
export const createForge = (strategy: Pick<PullRequestStrategy, 'type' | 'url'>, access: ForgeAccess): Forge => {
  switch (strategy.type) {
    case 'github':
      return github(strategy.url, access);
    case 'gitea':
    case 'forgejo':
      return gitea(strategy.url, access);
    case 'gitlab':
    case 'bitbucket-server':
      throw new FailureError({
        remedy: 'give-up',
        reason: 'ForgeNotSupported',
        message: `Pull requests on ${strategy.type} are not supported yet: github, gitea and forgejo are`,
      });
  }
};
