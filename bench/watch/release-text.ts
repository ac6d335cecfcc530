import { readFileSync } from 'node:fs';

/** One release at one moment: all that differs between two of them. Its JSON is written when it is sent. */
export interface Release {
  readonly index: number;
  readonly revision: number;
  readonly resourceVersion: number;
  /** Unix milliseconds, with fractions. */
  readonly sentAt: number;
}

interface Recorded {
  readonly metadata: object;
  readonly spec: object;
  readonly status: { readonly history: readonly [object, object] };
}

const recording = new URL('../../test/fixtures/recordings/helmrelease/02-upgrade.jsonl', import.meta.url);

/** As long as those in the field, about 10 KB: what a real server sent, with more values and a full history. */
const largeObject = (): object => {
  const lines = readFileSync(recording, 'utf8').trim().split('\n');
  const { object } = JSON.parse(lines.at(-1) ?? '') as { object: Recorded };
  const [deployed, superseded] = object.status.history;
  const env = Array.from({ length: 40 }, (_, at) => ({
    name: `SETTING_${at}`,
    value: `https://dependency-${at}.internal.example.com:8443/v1/releases/podinfo`,
  }));
  const annotations = { 'leafsim/sent-at': '«sentAt»' };
  return {
    ...object,
    metadata: {
      ...object.metadata,
      annotations,
      namespace: 'app-«space»',
      name: 'service-«index»',
      resourceVersion: '«version»',
      uid: '«uid»',
    },
    spec: { ...object.spec, values: { env } },
    status: { ...object.status, history: [deployed, ...Array.from({ length: 4 }, () => superseded)] },
  };
};

/** Literal, name of a field, literal, … */
const parts = JSON.stringify(largeObject())
  .replaceAll('6.0.1', '6.«minor».«patch»')
  .split(/«(\w+)»/);

/** The JSON of a release as the API server writes it, on one line. */
export const releaseText = (release: Release): string => {
  const { index, revision, resourceVersion, sentAt } = release;
  const fields: Readonly<Record<string, string | number>> = {
    index,
    space: Math.floor(index / 5),
    version: resourceVersion,
    sentAt: `${Math.round(sentAt * 1000)}000`,
    minor: Math.floor(revision / 20),
    patch: revision % 20,
    uid: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
  };
  return parts.map((part, at) => (at % 2 === 0 ? part : fields[part])).join('');
};
