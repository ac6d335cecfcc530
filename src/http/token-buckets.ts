import { forgetOldest } from '../model/forget-oldest.ts';

/** How much is let through: `burst` at once, and `rate` a second in the long run. */
export interface Allowance {
  readonly rate: number;
  readonly burst: number;
}

interface Bucket {
  tokens: number;
  at: number;
}

/**
 * A token bucket for each name. Answers the seconds until the next token, 0 when one was taken. At most `most` names are
 * remembered; the one that was asked for longest ago is forgotten first, so that no flood of names costs memory.
 */
export const tokenBuckets = ({ rate, burst }: Allowance, most: number): ((name: string, now: number) => number) => {
  const buckets = new Map<string, Bucket>();
  return (name, now) => {
    const { tokens, at } = buckets.get(name) ?? { tokens: burst, at: now };
    const filled = Math.min(burst, tokens + (Math.max(0, now - at) / 1000) * rate);
    const taken = filled >= 1;
    buckets.delete(name);
    buckets.set(name, { tokens: taken ? filled - 1 : filled, at: now });
    forgetOldest(buckets, most);
    return taken ? 0 : (1 - filled) / rate;
  };
};
