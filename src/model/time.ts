/** A time as Kubernetes writes it: RFC 3339 in UTC, whole seconds. */
export const formatTime = (milliseconds: number): string =>
  new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');
