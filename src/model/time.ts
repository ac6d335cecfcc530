import { z } from 'zod';

/** A time as Kubernetes writes it. */
export const Time = z.string().meta({ format: 'date-time' });

/** The last second that RFC 3339 can write. */
const lastTime = Date.UTC(9999, 11, 31, 23, 59, 59);

/** A time as Kubernetes writes it: RFC 3339 in UTC, whole seconds; what lies beyond the year 9999 is its end. */
export const formatTime = (milliseconds: number): string =>
  `${new Date(Math.min(milliseconds, lastTime)).toISOString().slice(0, -'.000Z'.length)}Z`;
