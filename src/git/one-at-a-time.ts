/** A queue that runs one operation after the other, in the order in which they were asked for; a failed one stops nobody. */
export const oneAtATime = () => {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(operation: () => Promise<T>): Promise<T> => {
    const next = last.then(operation);
    last = next.catch(() => undefined);
    return next;
  };
};
