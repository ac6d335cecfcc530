/** What a server says, as it may be shown: it must not move a terminal's cursor. */
export const shown = (text: string): string => text.replace(/\p{Cc}+/gu, ' ');

/** An age as kubectl shows it, in its biggest unit; `now` is in milliseconds. */
export const age = (since: string, now: number): string => {
  const seconds = Math.max(0, Math.floor((now - Date.parse(since)) / 1000));
  const [minutes, hours, days] = [60, 3600, 86_400].map((unit) => Math.floor(seconds / unit)) as [
    number,
    number,
    number,
  ];
  if (seconds < 120) return `${seconds}s`;
  if (minutes < 120) return `${minutes}m`;
  return hours < 48 ? `${hours}h` : `${days}d`;
};
