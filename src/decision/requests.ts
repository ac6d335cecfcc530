import { apiGroup, type Pipeline } from '../model/pipeline.ts';

/** What people ask of a promotion by annotation: each names one revision for one environment. */
export const verbs = ['approve', 'reject', 'retry'] as const;
export type Verb = (typeof verbs)[number];

/** The annotation by which a person asks something for an environment; `approved-by` says who. */
export const annotationOf = (verb: Verb | 'approved-by', environment: string): string =>
  `${apiGroup}/${verb}.${environment}`;

/** The revisions that are approved, rejected and asked for anew in an environment, and by whom the first. */
export interface Requests extends Partial<Readonly<Record<Verb, string>>> {
  readonly approvedBy?: string;
}

/** What people ask for an environment now. */
export const requestsFor = ({ metadata: { annotations } }: Pipeline, environment: string): Requests => {
  if (!Object.keys(annotations).some((name) => name.startsWith(apiGroup))) return {};
  const [approve, reject, retry] = verbs.map((verb) => annotations[annotationOf(verb, environment)]);
  const approvedBy = annotations[annotationOf('approved-by', environment)];
  return {
    ...(approve === undefined ? {} : { approve }),
    ...(reject === undefined ? {} : { reject }),
    ...(retry === undefined ? {} : { retry }),
    ...(approvedBy === undefined ? {} : { approvedBy }),
  };
};

/** Kubernetes takes so many characters of an annotation's name behind its group. */
const longestName = 63;

/**
 * Flux takes over what kubectl wrote under its own name on objects that it applies from git, and drops it at its next look; this manager is
 * the one that it leaves alone.
 */
const annotate = ({ metadata: { namespace, name } }: Pick<Pipeline, 'metadata'>, annotation: string): string =>
  `kubectl -n ${namespace} annotate --overwrite --field-manager=flux-client-side-apply pipeline ${name} ${annotation}`;

/** The command that a person types to ask for it, or why there is none. */
export const annotateCommand = (pipeline: Pipeline, verb: Verb, environment: string, revision: string): string => {
  const longest = longestName - `${verb}.`.length;
  return environment.length > longest
    ? `not possible by annotation: the name of environment ${environment} has more than ${longest} characters; shorten it`
    : annotate(pipeline, `${annotationOf(verb, environment)}=${revision}`);
};

const requestedAt = 'reconcile.fluxcd.io/requestedAt';

/** The last `flux reconcile` that was asked for: then what was given up is tried again, and at once. */
export const reconcileRequest = ({ metadata }: Pick<Pipeline, 'metadata'>): string | undefined =>
  metadata.annotations[requestedAt];

/** The command by which a person asks for that, as `flux reconcile` does for its own kinds. */
export const reconcileCommand = (pipeline: Pick<Pipeline, 'metadata'>): string =>
  annotate(pipeline, `${requestedAt}="$(date +%s)"`);
