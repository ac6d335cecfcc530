/** Resolves with the first value of `check` that neither throws nor rejects; after `timeout` milliseconds, rejects with its last error. */
export const eventually = async <T>(check: () => T | Promise<T>, { timeout = 30_000, every = 20 } = {}): Promise<T> => {
  const deadline = Date.now() + timeout;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, every));
    }
  }
};
