import type { MergeMethod, PullRequestStrategy } from '../../src/model/pipeline-spec.ts';
import { describeFinding } from './forge-finding.ts';
import { describeChanges } from './forge-changes.ts';
import { describeValidation } from './forge-validation.ts';
import { describeWishes } from './forge-wishes.ts';

/** A repository of a forge under contract, its `main` in place, and what a person or the forge's own page can do to it. */
export interface RepositoryUnderContract {
  readonly strategy: Pick<PullRequestStrategy, 'type' | 'url'>;
  readonly token: string;
  /** A token that may read the repository, and no more. */
  readonly readOnlyToken: string;
  /** Who can be asked for a review; undefined where nobody can. */
  readonly reviewer: string | undefined;
  /** The ways of merging that `autoMerge` has on this forge. */
  readonly autoMerges: readonly MergeMethod[];
  /** Makes a commit on a branch, which begins at `main` when it is not there; resolves with its id. */
  readonly commit: (branch: string, path: string, content: string) => Promise<string>;
  /** Resolves with the address of a repository without any commit; the one under contract may be lost by it. */
  readonly empty: () => Promise<string>;
  /** Another opens a pull request of a fork into `main`, whose branch has this name. */
  readonly fork: (branch: string) => Promise<void>;
  /** Others open more pull requests than a page of any list holds. */
  readonly others: () => Promise<void>;
  readonly deleteBranch: (branch: string) => Promise<void>;
  readonly merge: (number: number, method: MergeMethod) => Promise<void>;
  readonly close: (number: number) => Promise<void>;
  readonly comments: (number: number) => Promise<readonly string[]>;
  readonly text: (number: number) => Promise<{ readonly title: string; readonly body: string }>;
  readonly labels: (number: number) => Promise<readonly string[]>;
  readonly reviewers: (number: number) => Promise<readonly string[]>;
  /** Makes these labels known, where a forge must know them first. */
  readonly createLabels: (labels: readonly string[]) => Promise<void>;
  /** The state of a commit under a status's name, as the forge's own words have it. */
  readonly statusOf: (head: string, context: string) => Promise<string | undefined>;
  /** From now on `main` takes no merge without a success under this name. */
  readonly requireStatus: (context: string) => Promise<void>;
}

export interface ForgeUnderContract {
  /** A new repository in each test. */
  readonly repository: () => Promise<RepositoryUnderContract>;
  readonly close: () => Promise<void>;
}

/** What the product relies on of a forge, as tests through the adapter that it is spoken to by. */
export const describeForgeContract = (name: string, start: () => Promise<ForgeUnderContract>): void => {
  describe(`${name} keeps the contract of a forge`, () => {
    let forge: ForgeUnderContract;
    let repository: RepositoryUnderContract;
    before(async () => {
      forge = await start();
    });
    after(() => forge.close());
    beforeEach(async () => {
      repository = await forge.repository();
    });
    describe('a pull request', () => describeFinding(() => repository));
    describe('changes', () => describeChanges(() => repository));
    describe('what is asked for besides', () => describeWishes(() => repository));
    describe('validation', () => describeValidation(() => repository));
  });
};
