import { clusterTitle } from '../model/cluster.ts';
import type { TargetStatus } from '../model/pipeline-status.ts';
import type { Pipeline } from '../model/pipeline.ts';
import type { Observation } from './observe.ts';
import { placesOf, type Place } from './place.ts';
import { evidenceOf, surveyOf, type EnvironmentSurvey, type TargetSurvey, type Unseen } from './survey.ts';
import { toldOf } from './told-of.ts';

/** A target that is not settled says what it is; one out of sight that says nothing was settled when it was last seen. */
const stateOf = ({ ready, state, error }: TargetStatus): Observation['state'] =>
  state ?? (ready || error !== undefined ? 'settled' : 'progressing');

/**
 * What a status keeps of an observation. What was attempted and whether it was taken back is in the promotion's record by then, and when
 * a grace ends is left to whoever looks at the clusters: until then the target is `progressing`. Of their health only the environment's is kept.
 */
const observed = (told: TargetStatus, healthySince: string | undefined): Observation => {
  const state = stateOf(told);
  return {
    revision: told.revision,
    appVersion: undefined,
    attempted: undefined,
    took: undefined,
    remediated: false,
    state,
    message: told.message ?? '',
    healthySince: state === 'settled' && healthySince !== undefined ? Date.parse(healthySince) : undefined,
  };
};

/** A status says why a cluster is not seen, and only the Pipeline's condition whether it is registered. */
const unseenIn = ({ error, unseenSince }: TargetStatus, registered: boolean): Unseen | undefined =>
  error === undefined
    ? undefined
    : { registered, why: error, ...(unseenSince === undefined ? {} : { since: Date.parse(unseenSince) }) };

const untold = ({ cluster }: Place): Pick<TargetSurvey, 'unseen' | 'observation'> => {
  const why = `no controller has told yet what ${clusterTitle(cluster)} runs`;
  const observation = observed({ ready: false, message: why }, undefined);
  return { unseen: { registered: true, why }, observation };
};

/** Every environment of a Pipeline as its status alone tells of it: for whoever has no sight of the clusters. */
export const surveyOfStatus = (pipeline: Pipeline, now: number): readonly EnvironmentSurvey[] => {
  const { conditions = [], environments = {} } = pipeline.status;
  const registered = !conditions.some(({ reason }) => reason === 'TargetClusterNotFound');
  const places = placesOf(pipeline);
  return pipeline.spec.environments.map((environment, index) => {
    const status = environments[environment.name] ?? {};
    const told = toldOf(pipeline, status);
    const targets = (places[index] ?? []).map((place, number): TargetSurvey => {
      const target = told(place, number);
      if (!target) return { ...place, detectedBy: 'Watch', ...untold(place) };
      return {
        ...place,
        detectedBy: target.detectedBy ?? 'Watch',
        unseen: unseenIn(target, registered),
        observation: observed(target, status.healthySince),
      };
    });
    return surveyOf(environment, targets, evidenceOf(targets, now), { status, told }, now);
  });
};
