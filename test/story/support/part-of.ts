import { createHash } from 'node:crypto';

/** Whether a name belongs to a part: `2/8` is the second of eight, which together are all, whoever counts them; anything else is all. */
export const partOf = (part = 'all'): ((name: string) => boolean) => {
  const [, nth, of] = /^(\d+)\/(\d+)$/.exec(part) ?? [];
  return (name) =>
    nth === undefined || createHash('sha256').update(name).digest().readUInt32BE() % Number(of) === Number(nth) - 1;
};
