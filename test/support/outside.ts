import { Subject, type Observable } from 'rxjs';
import type { Action, ActionOf, Outcome, Promotion } from '../../src/model/action.ts';
import type { Fact } from '../../src/model/fact.ts';
import type { PullRequestStatus } from '../../src/model/pipeline-status.ts';
import { keyOfPipeline, type Pipeline } from '../../src/model/pipeline.ts';
import type { ObjectKey } from '../../src/model/object-key.ts';
import { inWords } from './given.ts';

/** Called before and after an action takes effect; what it answers is the outcome instead, and one that never resolves is a crash. */
type Interrupt = (moment: 'before' | 'after', action: Action) => Outcome | undefined | Promise<Outcome | undefined>;

/** A management cluster and a forge with nothing behind them: what a controller does to them stays, whatever becomes of it. */
export interface Outside {
  readonly perform: (action: Action) => Promise<Outcome>;
  /** What was asked for, in words, in its order. */
  readonly done: readonly string[];
  /** The pull requests that were opened, in their order: one for each time. */
  readonly opened: readonly PullRequestStatus[];
  readonly closed: readonly string[];
  /** The ids of the promotions that were handed over, each time that it was done. */
  readonly handovers: readonly string[];
  /** The Pipelines as a watch shows them. */
  readonly changes: Observable<Fact>;
  readonly stored: (key?: ObjectKey) => Pipeline;
  readonly facts: () => readonly Fact[];
  /** A person changes a Pipeline. */
  readonly change: (change: (pipeline: Pipeline) => Pipeline, key?: ObjectKey) => void;
  /** A person merges or closes a pull request. */
  readonly settle: (number: number, state: 'merged' | 'closed') => void;
  interrupt: Interrupt;
}

export const anOutside = (...pipelines: readonly Pipeline[]): Outside => {
  const objects = new Map<ObjectKey, Pipeline>(pipelines.map((pipeline) => [keyOfPipeline(pipeline), pipeline]));
  const done: string[] = [];
  const opened: PullRequestStatus[] = [];
  const closed: string[] = [];
  const handovers: string[] = [];
  const changes = new Subject<Fact>();
  let version = 100;

  const store = (pipeline: Pipeline): Pipeline => {
    const metadata = { ...pipeline.metadata, resourceVersion: String(++version) };
    const stored = structuredClone({ ...pipeline, metadata });
    objects.set(keyOfPipeline(stored), stored);
    changes.next({ type: 'pipeline-seen', pipeline: stored });
    return stored;
  };
  const write = ({ pipeline, uid, resourceVersion, status }: ActionOf<'write-status'>): Outcome => {
    const current = objects.get(pipeline);
    if (current?.metadata.uid !== uid || current.metadata.resourceVersion !== resourceVersion)
      return { type: 'status-conflict', pipeline: current };
    return { type: 'status-written', pipeline: store({ ...current, status }) };
  };
  const remove = ({ pipeline, uid, annotation, value }: ActionOf<'remove-annotation'>): Outcome => {
    const current = objects.get(pipeline);
    const there = current?.metadata.uid === uid && current.metadata.annotations[annotation] === value;
    if (!there) return { type: 'annotation-removed', pipeline, annotation, value, removed: false, seen: current };
    const others = Object.entries(current.metadata.annotations).filter(([name]) => name !== annotation);
    const annotations = Object.fromEntries(others);
    const seen = store({ ...current, metadata: { ...current.metadata, annotations } });
    return { type: 'annotation-removed', pipeline, annotation, value, removed: true, seen };
  };
  const found = (branch: string): PullRequestStatus | undefined =>
    opened.find((pullRequest) => pullRequest.branch === branch);
  const open = (promotion: Promotion): Outcome => {
    const { branch } = promotion.text;
    const adopted = found(branch);
    const number = opened.length + 1;
    if (!adopted) opened.push({ url: `https://forge.example/${number}`, number, branch, state: 'open' });
    for (const superseded of promotion.supersedes) if (found(superseded)?.state === 'open') close(superseded);
    return { type: 'pull-request-seen', promotion, pullRequest: found(branch)!, opened: !adopted };
  };
  const close = (branch: string): void => {
    closed.push(branch);
    settle(found(branch)!.number, 'closed');
  };
  const settle = (number: number, state: 'merged' | 'closed'): void => {
    opened[number - 1] = { ...opened[number - 1]!, state };
  };
  const effect = (action: Action): Outcome => {
    switch (action.type) {
      case 'write-status':
        return write(action);
      case 'open-pull-request':
        return open(action.promotion);
      case 'follow-pull-request': {
        const { promotion, pullRequest } = action;
        return { type: 'pull-request-seen', promotion, pullRequest: found(pullRequest.branch)!, opened: false };
      }
      case 'set-check':
        return { type: 'check-set', promotion: action.promotion, head: action.head, check: action.check };
      case 'close-pull-request': {
        const { promotion } = action;
        const there = found(promotion.text.branch);
        if (there?.state === 'merged')
          return { type: 'pull-request-seen', promotion, pullRequest: there, opened: false };
        if (there?.state === 'open') close(promotion.text.branch);
        return { type: 'promotion-closed', promotion, pullRequest: found(promotion.text.branch) };
      }
      case 'withdraw-pull-request': {
        const { promotion, number } = action;
        const { url, branch, state } = opened[number - 1]!;
        if (state === 'open') close(branch);
        return { type: 'pull-request-withdrawn', promotion, url };
      }
      case 'leave-pull-request': {
        const { promotion } = action;
        for (const branch of [promotion.text.branch, ...promotion.supersedes])
          if (found(branch)?.state === 'open') close(branch);
        return { type: 'pull-request-left', promotion };
      }
      case 'hand-over':
        handovers.push(action.promotion.id);
        return { type: 'handed-over', promotion: action.promotion };
      case 'remove-annotation':
        return remove(action);
      case 'announce':
        return { type: 'announced', pipeline: action.pipeline, announcement: action.announcement };
    }
  };

  const outside: Outside = {
    interrupt: () => undefined,
    perform: async (action) => {
      done.push(inWords(action));
      const instead = await outside.interrupt('before', action);
      if (instead) return instead;
      const outcome = effect(action);
      return (await outside.interrupt('after', action)) ?? outcome;
    },
    done,
    opened,
    closed,
    handovers,
    changes,
    stored: (key = 'apps/podinfo') => objects.get(key)!,
    facts: () => [...objects.values()].map((pipeline) => ({ type: 'pipeline-seen', pipeline })),
    change: (change, key = 'apps/podinfo') => void store(change(objects.get(key)!)),
    settle,
  };
  return outside;
};
