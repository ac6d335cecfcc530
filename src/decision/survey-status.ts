import { clusterTitle } from '../model/cluster.ts';
import type { TargetStatus } from '../model/pipeline-status.ts';
import type { Pipeline } from '../model/pipeline.ts';
import { observeStatus } from './observe-status.ts';
import { placesOf, type Place } from './place.ts';
import { evidenceOf, surveyOf, type EnvironmentSurvey, type TargetSurvey, type Unseen } from './survey.ts';
import { toldOf } from './told-of.ts';

/** A status says why a cluster is not seen, and only the Pipeline's condition whether it is registered. */
const unseenIn = ({ error, unseenSince }: TargetStatus, registered: boolean): Unseen | undefined =>
  error === undefined
    ? undefined
    : { registered, why: error, ...(unseenSince === undefined ? {} : { since: Date.parse(unseenSince) }) };

const untold = ({ cluster }: Place): Pick<TargetSurvey, 'unseen' | 'observation'> => {
  const why = `no controller has told yet what ${clusterTitle(cluster)} runs`;
  const observation = observeStatus({ ready: false, message: why }, undefined);
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
        observation: observeStatus(target, status.healthySince),
      };
    });
    return surveyOf(environment, targets, evidenceOf(targets, now), { status, told }, now);
  });
};
