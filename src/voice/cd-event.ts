import type { Deployment } from '../model/deployment.ts';
import { apiVersion } from '../model/pipeline.ts';
import type { News } from '../model/news.ts';
import { splitKey } from '../model/object-key.ts';
import { formatTime } from '../model/time.ts';
import { announcementOf } from './announcement-of.ts';

/** The version of the CDEvents specification that is spoken, and those of the events in it. */
const specVersion = '0.4.1';
const serviceVersion = '0.2.0';
const promotionVersion = '0.1.0';

/** A CDEvent as its specification writes it. */
export interface CdEvent {
  readonly context: {
    readonly version: string;
    readonly id: string;
    readonly source: string;
    readonly type: string;
    readonly timestamp: string;
  };
  readonly subject: {
    readonly id: string;
    readonly source: string;
    readonly type: string;
    readonly content: Readonly<Record<string, unknown>>;
  };
  readonly customData?: Readonly<Record<string, string>>;
  readonly customDataContentType?: string;
}

type Told = Pick<CdEvent, 'customData' | 'customDataContentType'> & {
  readonly type: string;
  readonly subject: Omit<CdEvent['subject'], 'source'>;
};

/** The chart as a package URL. */
const artifactOf = (application: string, version: string): string =>
  `pkg:helm/${encodeURIComponent(application)}@${encodeURIComponent(version)}`;

/** The version that runs once a deployment has come to what is told of it: its own, or after a rollback the one before. */
const runningAfter = ({ status, version, previous }: Deployment): string | undefined => {
  switch (status) {
    case 'succeeded':
      return version;
    case 'rolledback':
      return previous;
    case 'progressing':
    case 'failed':
      return undefined;
  }
};

/** CDEvents tells of the services that run, and has no word for one that is on its way, or did not get there. */
const ofDeployment = (news: Extract<News, { type: 'deployed' }>): Told | undefined => {
  const { deployment, effect, pipeline } = news;
  const { application, environment, cluster, namespace, name } = deployment;
  const version = runningAfter(deployment);
  if (version === undefined) return undefined;
  const { metadata = {} } = announcementOf(news);
  return {
    type: `dev.cdevents.service.${effect}.${serviceVersion}`,
    subject: {
      type: 'service',
      id: [pipeline, environment, ...(cluster === undefined ? [] : [cluster]), namespace, name].join('/'),
      content: { environment: { id: environment }, artifactId: artifactOf(application, version) },
    },
    customData: metadata,
    customDataContentType: 'application/json',
  };
};

/** Promotions have no event of their own in CDEvents: each change of state is a custom event, as the specification provides. */
const ofPromotion = ({ announcement }: Extract<News, { type: 'announced' }>): Told | undefined => {
  const { id, state, ...metadata } = announcement.metadata ?? {};
  if (id === undefined || state === undefined) return undefined;
  return {
    type: `dev.cdeventsx.leafwatch-promotion.${state.toLowerCase()}.${promotionVersion}`,
    subject: { type: 'leafwatch-promotion', id, content: { ...metadata, state, message: announcement.message } },
  };
};

/** News as a CDEvent; undefined for what CDEvents has no word for. */
export const cdEvent = (news: News): CdEvent | undefined => {
  const told = news.type === 'deployed' ? ofDeployment(news) : ofPromotion(news);
  if (!told) return undefined;
  const { type, subject, ...custom } = told;
  const { namespace, name } = splitKey(news.pipeline);
  const source = `/apis/${apiVersion}/namespaces/${namespace}/pipelines/${name}`;
  const context = { version: specVersion, id: news.id, source, type, timestamp: formatTime(news.at) };
  return { context, subject: { ...subject, source }, ...custom };
};
