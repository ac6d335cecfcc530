import { FailureError } from '../model/failure.ts';
import type { Task, TaskOutcome, TaskResult } from './change.ts';
import type { RemoteAccess } from './git-http.ts';

interface Waiting {
  readonly access: RemoteAccess;
  readonly task: Task;
  readonly settle: (outcome: TaskOutcome) => void;
  readonly reject: (error: unknown) => void;
}

type Run = (access: RemoteAccess, tasks: readonly Task[]) => Promise<readonly TaskOutcome[]>;

/** As many tasks go into one push; what is left goes into the next. */
const maxTasks = 200;

const isSameAccess = (one: RemoteAccess, other: RemoteAccess): boolean =>
  one.credentials.username === other.credentials.username && one.credentials.password === other.credentials.password;

/** The first that waits and all that can be done with it: by the same credentials, and each branch once. */
const takeBatch = (queue: Waiting[]): readonly Waiting[] => {
  const [first] = queue;
  const branches = new Set<string>();
  const taken = queue.filter(({ access, task }) => {
    if (!first || !isSameAccess(access, first.access) || branches.has(task.branch) || branches.size >= maxTasks)
      return false;
    branches.add(task.branch);
    return true;
  });
  queue.splice(0, queue.length, ...queue.filter((waiting) => !taken.includes(waiting)));
  return taken;
};

const runTaken = async (run: Run, taken: readonly Waiting[]): Promise<void> => {
  const [first] = taken;
  if (!first) return;
  try {
    const outcomes = await run(
      first.access,
      taken.map(({ task }) => task),
    );
    for (const [index, { settle, reject }] of taken.entries()) {
      const outcome = outcomes[index];
      if (outcome) settle(outcome);
      else reject(new Error('nothing is known of what became of it'));
    }
  } catch (error) {
    for (const { reject } of taken) reject(error);
  }
};

/**
 * Collects what is to be done with each repository while it is worked on, and then does it together, in the order in which it
 * was asked for. Each task has its own outcome.
 */
export const batches = (run: Run) => {
  const queues = new Map<string, Waiting[]>();
  const work = async (url: string, queue: Waiting[]): Promise<void> => {
    // Begun a moment later, so that what is asked for in one breath is done together.
    await Promise.resolve();
    while (queue.length > 0) await runTaken(run, takeBatch(queue));
    queues.delete(url);
  };
  return (access: RemoteAccess, task: Task): Promise<TaskResult> =>
    new Promise((resolve, reject) => {
      const settle = (outcome: TaskOutcome) => {
        if (outcome.type === 'done') resolve(outcome.result);
        else reject(new FailureError(outcome.failure));
      };
      const queue = queues.get(access.url);
      if (queue) queue.push({ access, task, settle, reject });
      else {
        const started = [{ access, task, settle, reject }];
        queues.set(access.url, started);
        void work(access.url, started);
      }
    });
};
