import { Worker } from 'node:worker_threads';
import { FailureError, type Failure } from '../model/failure.ts';
import { answerTo } from './answer-worker.ts';
import type { TaskOutcome } from './change.ts';
import type { RunBatch } from './clones.ts';
import type { Remote } from './remote.ts';
import type { FromWorker, ToWorker } from './worker-messages.ts';

/** The program of the worker, which the bundle holds as text; undefined when it is run from its sources. */
declare global {
  interface ImportMeta {
    readonly gitWorker?: string;
  }
}

export interface WorkerLimits {
  /** Megabytes of JavaScript's heap. */
  readonly heap: number;
  /** Milliseconds that one batch may take. */
  readonly patience: number;
  /** The worker's program; git's own when absent. */
  readonly program?: string;
}

interface Running {
  readonly remote: Remote;
  readonly resolve: (outcomes: readonly TaskOutcome[]) => void;
  readonly reject: (error: Error) => void;
}

/** Node 20 reads TypeScript in the main thread alone: from its sources, the worker has to be told how. */
const fromSource = (url: URL): string =>
  `import('tsx/esm/api').then(({ register }) => { register(); return import(${JSON.stringify(url.href)}); });`;

const gitWorker = (): string => import.meta.gitWorker ?? fromSource(new URL('worker.ts', import.meta.url));

const createWorker = (heap: number, program: string): Worker =>
  new Worker(program, {
    eval: true,
    resourceLimits: { maxOldGenerationSizeMb: heap },
  });

const tooLarge = (url: string, what: string): Failure => ({
  remedy: 'give-up',
  reason: 'RepositoryTooLarge',
  message: `${url} cannot be worked on: ${what}. Promote in a smaller repository`,
});

const stopped = (url: string, what: string): Failure => ({
  remedy: 'retry',
  reason: 'GitWorkerStopped',
  message: `Working on ${url} ended early: ${what}`,
});

const isOutOfMemory = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';

/**
 * Runs batches in one worker thread, so that nothing that git needs blocks the event loop. The worker starts with the first batch,
 * and anew after it ended: by a repository that takes more memory or more time than there is, which fails as too large.
 */
export const startWorker = ({ heap, patience, program = gitWorker() }: WorkerLimits): RunBatch => {
  const running = new Map<number, Running>();
  let worker: Worker | undefined;
  let batches = 0;
  /** Ends what runs; the batch `culprit`, when it is known, for another reason than the others. */
  const end = (what: string, culprit?: number) => {
    void worker?.terminate();
    worker = undefined;
    for (const [id, { remote, reject }] of running)
      reject(new FailureError(id === culprit ? tooLarge(remote.url, what) : stopped(remote.url, what)));
    running.clear();
  };
  const open = (): Worker => {
    const started = createWorker(heap, program);
    const tell = (message: ToWorker) => started.postMessage(message);
    started.on('message', conversation(running, tell));
    started.on('error', (error) => {
      const [only, ...others] = running.keys();
      const isKnown = isOutOfMemory(error) && others.length === 0;
      if (worker === started) end(error instanceof Error ? error.message : String(error), isKnown ? only : undefined);
    });
    started.on('exit', (code) => {
      if (worker === started) end(`its thread ended with exit code ${code}`);
    });
    return started;
  };
  return async (batch, remote) => {
    worker ??= open();
    const here = worker;
    here.ref();
    batches += 1;
    const id = batches;
    const late = setTimeout(() => end(`it takes longer than ${patience / 60_000} minutes`, id), patience).unref();
    try {
      return await new Promise((resolve, reject) => {
        running.set(id, { remote, resolve, reject });
        here.postMessage({ type: 'run', id, batch } satisfies ToWorker);
      });
    } finally {
      clearTimeout(late);
      // What is idle keeps no process from its end.
      if (running.size === 0) here.unref();
    }
  };
};

/** What the worker says, answered. */
const conversation = (running: Map<number, Running>, tell: (message: ToWorker) => void) => {
  const answers = answerTo(tell);
  const take = (id: number): Running | undefined => {
    const batch = running.get(id);
    running.delete(id);
    return batch;
  };
  return (message: FromWorker): void => {
    switch (message.type) {
      case 'ask': {
        const asking = running.get(message.of);
        if (asking) void answers.ask(message.id, asking.remote, message.question);
        return;
      }
      case 'next':
        void answers.next(message.id);
        return;
      case 'enough':
        void answers.enough(message.id);
        return;
      case 'done':
        take(message.id)?.resolve(message.outcomes);
        return;
      case 'failed':
        take(message.id)?.reject(new FailureError(message.failure));
        return;
    }
  };
};
