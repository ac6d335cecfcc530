import { formatDuration } from '../model/duration.ts';

/** How long something took, for people: whole seconds. */
export const spanOf = (from: number, to: number): string =>
  formatDuration(Math.max(0, Math.round((to - from) / 1000) * 1000));
