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

/** A quick look whether a file can hold this marker at all; false is certain. */
export const mayHoldMarker = (content: string, marker: Marker): boolean =>
  content.includes('$promotion') && content.includes(markerValue(marker));
