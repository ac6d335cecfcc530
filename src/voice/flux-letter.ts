import { apiGroup, apiVersion } from '../model/pipeline.ts';
import type { News } from '../model/news.ts';
import { splitKey } from '../model/object-key.ts';
import { formatTime } from '../model/time.ts';
import { announcementOf } from './announcement-of.ts';
import type { Letter } from './post.ts';

/** What is kept of a message; providers cut it shorter. */
const longestMessage = 1024;

/**
 * News as an event of Flux (`events.toolkit.fluxcd.io/v1beta1`). notification-controller keeps those metadata that carry the group of
 * the object, without it. It holds for the same event, for five minutes, what has the same message, `revision` and `token`.
 */
export const fluxLetter = (news: News, reportingInstance: string): Letter => {
  const { type, reason, message, metadata = {} } = announcementOf(news);
  const { version } = metadata;
  const named = { ...metadata, ...(version === undefined ? {} : { revision: version }), token: news.id };
  const event = {
    involvedObject: { apiVersion, kind: 'Pipeline', ...splitKey(news.pipeline), uid: news.uid },
    severity: type === 'Warning' ? 'error' : 'info',
    timestamp: formatTime(news.at),
    message: message.slice(0, longestMessage),
    reason,
    metadata: Object.fromEntries(Object.entries(named).map(([key, value]) => [`${apiGroup}/${key}`, value])),
    reportingController: 'leafwatch',
    reportingInstance,
  };
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(event) };
};
