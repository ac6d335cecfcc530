import { clusterTitle, type ClusterState } from '../model/cluster.ts';
import { formatTime } from '../model/time.ts';
import type { TargetSurvey } from './survey.ts';

const told = (state: ClusterState): string => {
  switch (state.type) {
    case 'unregistered':
      return 'is not registered; create a Secret with its kubeconfig and the label pipelines.weave.works/cluster';
    case 'refused':
      return `is refused: ${state.failure.message}`;
    case 'opening':
      return `has not answered since ${formatTime(state.since)}`;
    case 'lost':
      return `is lost since ${formatTime(state.since)}: ${state.failure.message}`;
    case 'live':
      return 'is seen';
  }
};

/** Why nothing current is known of a target, as a clause. */
export const reasonUnseen = ({ cluster, clusterState }: TargetSurvey): string =>
  `${clusterTitle(cluster)} ${told(clusterState)}`;
