import type { Announcement } from '../model/action.ts';
import { deploymentReasons, type Deployment } from '../model/deployment.ts';
import { formatDuration } from '../model/duration.ts';
import type { News } from '../model/news.ts';

const verbs: Readonly<Record<Deployment['status'], string>> = {
  progressing: 'is being deployed to',
  succeeded: 'is deployed to',
  failed: 'could not be deployed to',
  rolledback: 'was rolled back in',
};

const sentenceOf = (deployment: Deployment): string => {
  const { application, version, previous, environment, cluster, namespace, name, status, message, duration } =
    deployment;
  const where = `${environment} (${name} in namespace ${namespace}${cluster === undefined ? '' : ` of cluster ${cluster}`})`;
  const after = duration === undefined || status === 'progressing' ? '' : ` after ${formatDuration(duration)}`;
  const runs = status === 'rolledback' && previous !== undefined ? `: ${previous} runs again` : '';
  const why = message === undefined ? runs : `: ${message}`;
  return `${application} ${version} ${verbs[status]} ${where}${after}${why}`;
};

const metadataOf = (deployment: Deployment): Readonly<Record<string, string>> => {
  const { id, pipeline, application, version, appVersion, previous, environment, cluster, namespace, name } =
    deployment;
  const { status, startedAt, finishedAt, duration, detectedBy } = deployment;
  const optional = { appVersion, previous, cluster, finishedAt, duration: duration?.toString() };
  const known = Object.entries(optional).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const always = { id, pipeline, application, version, environment, namespace, name, status, startedAt, detectedBy };
  return { ...always, ...Object.fromEntries(known) };
};

/** News in words, and the same for programs. */
export const announcementOf = (news: News): Announcement => {
  if (news.type === 'announced') return news.announcement;
  const { deployment } = news;
  return {
    type: deployment.status === 'failed' ? 'Warning' : 'Normal',
    reason: deploymentReasons[deployment.status],
    message: sentenceOf(deployment),
    metadata: metadataOf(deployment),
  };
};
