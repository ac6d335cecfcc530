/**
 * A chart's version without the first 12 hex digits of its digest, which Flux appends to versions from an OCI repository
 * (`6.6.1+0cc9a8446c95`); real build metadata is part of the version and stays.
 */
export const withoutDigest = (version: string, digest: string | undefined): string => {
  const suffix = digest?.slice(digest.indexOf(':') + 1).slice(0, 12);
  return suffix && version.endsWith(`+${suffix}`) ? version.slice(0, -suffix.length - 1) : version;
};
