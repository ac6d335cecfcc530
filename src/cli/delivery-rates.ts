const [day, week] = [86_400_000, 604_800_000];

/** How many changes there were in a time, and what follows from that. */
export interface DeliveryRates {
  readonly changes: number;
  /** None for less than a day. */
  readonly changesPerWeek?: number;
  readonly failed: number;
  /** From 0 to 1; none without a change. */
  readonly changeFailureRate?: number;
}

/** The rates of so many changes in so many milliseconds. */
export const deliveryRates = (changes: number, failed: number, time: number): DeliveryRates => ({
  changes,
  ...(time < day ? {} : { changesPerWeek: Math.round((changes / time) * week * 100) / 100 }),
  failed,
  ...(changes === 0 ? {} : { changeFailureRate: Math.round((failed / changes) * 1000) / 1000 }),
});
