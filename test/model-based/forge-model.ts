import type { ActionOf, Outcome, Promotion } from '../../src/model/action.ts';
import type { SeenPullRequest } from '../../src/forge/forge.ts';
import type { PullRequestStatus } from '../../src/model/pipeline-status.ts';
import { findPullRequest } from '../../src/sinks/find-pull-request.ts';

/** A pull request as it really is. */
export interface Proposal {
  readonly number: number;
  readonly environment: string;
  readonly revision: string;
  readonly branch: string;
  state: PullRequestStatus['state'];
  /** The status that knew of it was lost, or its environment left the Pipeline: nobody can know that it is ours. */
  orphan: boolean;
}

/** A forge and its config repository: what the base branch says for each environment, and the pull requests on it. */
export const createForgeModel = () => {
  const base = new Map<string, string>();
  const proposals: Proposal[] = [];

  const find = (branch: string): Proposal | undefined => proposals.find((proposal) => proposal.branch === branch);
  const told = ({ number, branch, state }: Proposal): PullRequestStatus => ({
    url: `https://forge.example/${number}`,
    number,
    branch,
    state,
  });
  const shown = (branch: string): SeenPullRequest | undefined => {
    const proposal = find(branch);
    return proposal && { ...told(proposal), base: 'main', head: 'abc' };
  };
  const seen = (promotion: Promotion, proposal: Proposal, opened = false): Outcome => ({
    type: 'pull-request-seen',
    promotion,
    pullRequest: told(proposal),
    opened,
  });
  const close = (proposal: Proposal | undefined): void => {
    if (proposal?.state === 'open') proposal.state = 'closed';
  };
  const isPast = ({ forgotten, environment, revision }: Promotion, { state }: Proposal): boolean =>
    forgotten === true && state === 'merged' && base.get(environment) !== revision;
  const open = async (promotion: Promotion): Promise<Outcome> => {
    const { environment, revision, text, supersedes } = promotion;
    const pull = await findPullRequest({ find: (branch) => Promise.resolve(shown(branch)) }, promotion);
    const there = pull && find(pull.branch);
    if (there && isPast(promotion, there)) {
      for (const branch of supersedes) close(find(branch));
      return { type: 'promoted-before', promotion, pullRequest: told(there) };
    }
    if (!there && base.get(environment) === revision) {
      for (const branch of supersedes) close(find(branch));
      return { type: 'nothing-to-change', promotion };
    }
    const number = proposals.length + 1;
    if (!there) proposals.push({ number, environment, revision, branch: text.branch, state: 'open', orphan: false });
    for (const branch of supersedes) close(find(branch));
    return seen(promotion, there ?? proposals.at(-1)!, !there);
  };
  const follow = ({ promotion, arrived }: ActionOf<'follow-pull-request'>, proposal: Proposal): Outcome => {
    const isNeedless = base.get(promotion.environment) === promotion.revision;
    if (!isNeedless || proposal.state === 'merged' || (proposal.state === 'open' && !arrived))
      return seen(promotion, proposal);
    close(proposal);
    return { type: 'nothing-to-change', promotion, pullRequest: told(proposal) };
  };

  return {
    base,
    proposals,
    perform: async (
      action: ActionOf<
        | 'open-pull-request'
        | 'follow-pull-request'
        | 'close-pull-request'
        | 'withdraw-pull-request'
        | 'leave-pull-request'
      >,
    ): Promise<Outcome> => {
      const { promotion } = action;
      if (action.type === 'open-pull-request') return await open(promotion);
      const there = find(promotion.text.branch);
      if (action.type === 'follow-pull-request') return follow(action, there!);
      if (action.type === 'withdraw-pull-request')
        throw new Error(`pull request ${action.number} was opened too late, by the only controller that there is`);
      if (there?.state === 'merged') return seen(promotion, there);
      close(there);
      if (action.type === 'leave-pull-request') {
        for (const branch of promotion.supersedes) close(find(branch));
        return { type: 'pull-request-left', promotion };
      }
      return { type: 'promotion-closed', promotion, pullRequest: there && told(there) };
    },
  };
};
