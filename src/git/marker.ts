/** What a marker comment names: the scalar beside it is the version of `pipeline` in `environment`. */
export interface Marker {
  readonly namespace: string;
  readonly pipeline: string;
  readonly environment: string;
}

/** The value of the key `$promotion`: none of the three names may hold a colon, so no two markers share it. */
export const markerValue = ({ namespace, pipeline, environment }: Marker): string =>
  `${namespace}:${pipeline}:${environment}`;

/** The comment as a person writes it into a manifest. */
export const markerComment = (marker: Marker): string => `# {"$promotion": "${markerValue(marker)}"}`;

/** Whether a YAML comment (with its `#`) is wholly a JSON object of strings whose `$promotion` is this marker. */
export const isMarkerOf = (comment: string, marker: Marker): boolean => {
  const json = comment.replace(/^#+/, '').trim();
  if (!json.startsWith('{')) return false;
  try {
    const entries = Object.entries(JSON.parse(json) as object) as [string, unknown][];
    return (
      entries.every(([, value]) => typeof value === 'string') &&
      entries.some(([key, value]) => key === '$promotion' && value === markerValue(marker))
    );
  } catch {
    return false;
  }
};

/** The values of all markers that a text can hold, of whatever Pipeline: at least those that `isMarkerOf` would find. */
export const markersIn = (text: string): ReadonlySet<string> =>
  // Copied, since a match would keep the whole text in memory.
  new Set(
    Array.from(text.matchAll(/"\$promotion"\s*:\s*"([^"]*)"/g), ([, value = '']) => Buffer.from(value).toString()),
  );
