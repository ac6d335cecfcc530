import type { Forge, SeenPullRequest } from '../forge/forge.ts';
import { failureOf } from '../model/failure.ts';
import type { PullRequestStrategy } from '../model/pipeline-spec.ts';
import type { GrantedWishes, PullRequestStatus } from '../model/pipeline-status.ts';

/** What is asked of the forge for those that it has not heard of yet; those that it has done. */
const grantNames = async (
  wanted: readonly string[] = [],
  done: readonly string[] = [],
  ask: ((names: readonly string[]) => Promise<void>) | undefined,
): Promise<readonly string[]> => {
  const due = wanted.filter((name) => !done.includes(name));
  if (!ask) return [];
  if (due.length > 0) await ask(due);
  return wanted;
};

/** A merge that is scheduled stays so: a forge cannot be told to merge otherwise, or not, without undoing what a person may have done. */
const grantAutoMerge = async (
  wanted: PullRequestStrategy['autoMerge'],
  done: GrantedWishes['autoMerge'],
  ask: ((method: NonNullable<typeof wanted>) => Promise<void>) | undefined,
): Promise<GrantedWishes['autoMerge']> => {
  if (done !== undefined && done !== wanted)
    throw new Error(
      `the pull request is scheduled to be merged (${done}) since autoMerge said so, which it does not any more: cancel that on the pull request`,
    );
  if (done !== undefined || wanted === undefined || !ask) return done;
  await ask(wanted);
  return wanted;
};

/**
 * Grants what a strategy wishes for an open pull request and was not granted before, one wish after the other; the rest is to be tried
 * again. What a person takes off after that stays off. Never throws.
 */
export const grantWishes = async (
  forge: Forge,
  pull: SeenPullRequest,
  { labels, reviewers, autoMerge }: PullRequestStrategy,
  before: GrantedWishes = {},
): Promise<Pick<PullRequestStatus, 'granted' | 'trouble'>> => {
  const trouble: string[] = [];
  const attempt = async <T>(wish: string, old: T, grant: () => Promise<T>): Promise<T> => {
    try {
      return await grant();
    } catch (error) {
      trouble.push(failureOf(error, wish).message);
      return old;
    }
  };
  const { addLabels, requestReviews, autoMerge: schedule } = forge;
  const labelled = await attempt('labels', before.labels ?? [], () =>
    grantNames(labels, before.labels, addLabels && ((names) => addLabels(pull.number, names))),
  );
  const asked = await attempt('reviewers', before.reviewers ?? [], () =>
    grantNames(reviewers, before.reviewers, requestReviews && ((names) => requestReviews(pull.number, names))),
  );
  const scheduled = await attempt('autoMerge', before.autoMerge, () =>
    grantAutoMerge(autoMerge, before.autoMerge, schedule && ((method) => schedule(pull, method))),
  );
  const granted: GrantedWishes = {
    ...(labelled.length > 0 ? { labels: [...labelled] } : {}),
    ...(asked.length > 0 ? { reviewers: [...asked] } : {}),
    ...(scheduled === undefined ? {} : { autoMerge: scheduled }),
  };
  return {
    ...(Object.keys(granted).length > 0 ? { granted } : {}),
    ...(trouble.length > 0 ? { trouble: trouble.join('; ') } : {}),
  };
};
