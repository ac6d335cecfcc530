const milliseconds: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};
const part = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/y;

/** The milliseconds of a duration as Go writes it (`90s`, `1h30m`, `-1.5h`, `0`), or undefined when it is none. */
export const parseDuration = (text: string): number | undefined => {
  const [, sign, amount] = /^([-+]?)(.*)$/s.exec(text) ?? [];
  const size = amount === '0' ? 0 : amountOf(amount ?? '');
  return size === undefined || !Number.isFinite(size) ? undefined : sign === '-' ? 0 - size : size;
};

const amountOf = (text: string): number | undefined => {
  let total = 0;
  part.lastIndex = 0;
  while (part.lastIndex < text.length) {
    const [, count, unit] = part.exec(text) ?? [];
    if (count === undefined || unit === undefined) return undefined;
    total += Number(count) * (milliseconds[unit] ?? 0);
  }
  return text === '' ? undefined : total;
};

/** A number of milliseconds as people and Go write it: `750ms`, `45s`, `12m`, `1h30m`; a fraction of one is rounded away. */
export const formatDuration = (duration: number): string => {
  const whole = Math.round(Math.abs(duration));
  const units = [
    [Math.floor(whole / 3_600_000), 'h'],
    [Math.floor(whole / 60_000) % 60, 'm'],
    [Math.floor(whole / 1000) % 60, 's'],
    [whole % 1000, 'ms'],
  ] as const;
  const text = units.flatMap(([count, unit]) => (count > 0 ? [`${count}${unit}`] : [])).join('');
  return text === '' ? '0s' : `${duration < 0 ? '-' : ''}${text}`;
};
