/** When a `Retry-After` (seconds, or a date) ends, milliseconds since the epoch; undefined where there is none that can be read. */
export const retryAfterOf = (header: string | null | undefined, now: number): number | undefined => {
  const time = /^\d+$/.test(header ?? '') ? now + Number(header) * 1000 : Date.parse(header ?? '');
  return Number.isNaN(time) ? undefined : time;
};
