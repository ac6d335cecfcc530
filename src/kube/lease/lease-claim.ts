/** What a Lease says. Times are milliseconds since the epoch and of the holder's clock: they are shown, never compared. */
export interface LeaseRecord {
  /** Who holds it; empty when it was released. */
  readonly holder: string;
  readonly durationSeconds: number;
  readonly acquiredAt: number;
  readonly renewedAt: number;
  readonly transitions: number;
  /** Version of the object; a record without one does not exist yet. */
  readonly version: string | undefined;
}

/** A record, and when by our own clock it was first seen to be like that. */
export interface ObservedLease {
  readonly record: LeaseRecord | undefined;
  readonly since: number;
}

/** Takes a newly read record into account; time goes on only for one that has not changed. */
export const observeLease = (
  before: ObservedLease | undefined,
  record: LeaseRecord | undefined,
  now: number,
): ObservedLease =>
  before && before.record?.version === record?.version ? { record, since: before.since } : { record, since: now };

/** The record that makes `identity` the holder, or undefined while another holds the Lease. */
export const claimLease = (
  { record, since }: ObservedLease,
  identity: string,
  durationSeconds: number,
  now: number,
): LeaseRecord | undefined => {
  const ours = record?.holder === identity;
  const isHeld = record && record.holder !== '' && now < since + record.durationSeconds * 1000;
  if (isHeld && !ours) return undefined;
  return {
    holder: identity,
    durationSeconds,
    acquiredAt: ours ? record.acquiredAt : now,
    renewedAt: now,
    transitions: record === undefined ? 0 : record.transitions + (ours ? 0 : 1),
    version: record?.version,
  };
};

/** The record by which its holder lets go, so that the next need not wait for it to run out. */
export const releaseLease = (record: LeaseRecord, now: number): LeaseRecord => ({
  ...record,
  holder: '',
  durationSeconds: 1,
  renewedAt: now,
});
