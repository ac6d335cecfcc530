import { clusterTitle, managementCluster, type ClusterKey, type ClusterState } from '../model/cluster.ts';
import type { Failure } from '../model/failure.ts';
import { splitKey } from '../model/object-key.ts';
import { shortened } from '../model/shortened.ts';
import { formatTime } from '../model/time.ts';

/** What happens by itself after a failure of each remedy; the paces are those of the watch. */
const next = ({ remedy }: Failure): string => {
  switch (remedy) {
    case 'retry':
      return 'it is tried again at least every 30 s';
    case 'wait':
      return 'it is waited for, and looked at again at least every minute';
    case 'give-up':
      return 'a person must change that; the change is noticed at once';
  }
};

const howToRegister = (cluster: ClusterKey): string => {
  const { namespace, name } = splitKey(cluster);
  return `create a Secret with its kubeconfig and the label pipelines.weave.works/cluster=${name} in namespace ${namespace} (one of --registration-namespaces), or a GitopsCluster ${name} there`;
};

const told = (cluster: ClusterKey, state: ClusterState): string => {
  switch (state.type) {
    case 'unregistered':
      return cluster === managementCluster ? 'is not watched yet' : `is not registered; ${howToRegister(cluster)}`;
    case 'refused':
      return `is refused: ${shortened(state.failure.message)}; ${next(state.failure)}`;
    case 'unread':
      return `is not watched since ${formatTime(state.since)}: ${shortened(state.failure.message)}; ${next(state.failure)}`;
    case 'opening':
      return `has not answered since ${formatTime(state.since)}; it is asked until it does`;
    case 'lost':
      return `is lost since ${formatTime(state.since)}: ${shortened(state.failure.message)}; ${next(state.failure)}`;
    case 'live':
      return 'is seen';
  }
};

/** Why nothing current is known of a cluster, and what happens next, as a clause. */
export const reasonUnseen = (cluster: ClusterKey, state: ClusterState): string =>
  `${clusterTitle(cluster)} ${told(cluster, state)}`;
