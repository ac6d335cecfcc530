/** Lets a bounded number of holders in at a time; `enter` resolves with the way out (once), or rejects when `signal` is aborted. */
export interface Gate {
  readonly enter: (signal: AbortSignal) => Promise<() => void>;
}

/** A gate for `width` holders, first come, first served. */
export const createGate = (width: number): Gate => {
  let inside = 0;
  const queue = new Set<() => void>();
  const wayOut = () => {
    let left = false;
    return () => {
      if (left) return;
      left = true;
      inside -= 1;
      const [next] = queue;
      if (next) next();
    };
  };
  const enter = (signal: AbortSignal) =>
    new Promise<() => void>((resolve, reject) => {
      const admit = () => {
        queue.delete(admit);
        signal.removeEventListener('abort', giveUp);
        inside += 1;
        resolve(wayOut());
      };
      const giveUp = () => {
        queue.delete(admit);
        reject(new Error('not waited for any longer'));
      };
      if (signal.aborted) giveUp();
      else if (inside < width) admit();
      else {
        queue.add(admit);
        signal.addEventListener('abort', giveUp, { once: true });
      }
    });
  return { enter };
};
