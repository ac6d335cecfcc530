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

const readObject = (json: string): Readonly<Record<string, unknown>> => {
  try {
    return JSON.parse(json) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
};

/**
 * What a YAML comment (with its `#`) that is wholly a JSON object of strings says behind this marker: `''` when the scalar is the
 * version, `tag` or `name` (or whatever else stands there) when it holds more. Undefined when it is not this marker.
 */
export const suffixOf = (comment: string, marker: Marker): string | undefined => {
  const json = comment.replace(/^#+/, '').trim();
  if (!json.startsWith('{')) return undefined;
  const object = readObject(json);
  const value = object['$promotion'];
  if (typeof value !== 'string' || !Object.values(object).every((other) => typeof other === 'string')) return undefined;
  const [namespace, pipeline, environment, ...suffix] = value.split(':');
  const isThis = namespace === marker.namespace && pipeline === marker.pipeline && environment === marker.environment;
  return isThis ? suffix.join(':') : undefined;
};

/** The values of all markers that a text can hold, of whatever Pipeline, without what they say behind it. */
export const markersIn = (text: string): ReadonlySet<string> =>
  // Copied, since a match would keep the whole text in memory.
  new Set(
    Array.from(text.matchAll(/"\$promotion"\s*:\s*"([^":]*(?::[^":]*){0,2})/g), ([, value = '']) =>
      Buffer.from(value).toString(),
    ),
  );
