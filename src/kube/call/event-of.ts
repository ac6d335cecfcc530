import { createHash } from 'node:crypto';
import { CoreV1Event } from '@kubernetes/client-node';
import type { Announcement } from '../../model/action.ts';
import { splitKey, type ObjectKey } from '../../model/object-key.ts';
import { apiGroup, apiVersion } from '../../model/pipeline.ts';

/** What an API server takes of an Event's message. */
const longestMessage = 1024;

/** Who says so. */
const component = 'leafwatch';

/** An announcement as a Kubernetes Event on the Pipeline. It is named by what it says, so that saying it twice is saying it once. */
export const eventOf = (
  pipeline: ObjectKey,
  uid: string,
  { type, reason, message, metadata = {} }: Announcement,
  at: Date,
) => {
  const { namespace, name } = splitKey(pipeline);
  const { id } = metadata;
  const said = [uid, type, reason, message, ...(id === undefined ? [] : [id])];
  const digest = createHash('sha256').update(said.join('\n')).digest('hex').slice(0, 16);
  const annotations = Object.fromEntries(Object.entries(metadata).map(([key, value]) => [`${apiGroup}/${key}`, value]));
  return Object.assign(new CoreV1Event(), {
    metadata: { namespace, name: `${name.slice(0, 200)}.${digest}`, annotations },
    involvedObject: { apiVersion, kind: 'Pipeline', namespace, name, uid },
    type,
    reason,
    message: message.slice(0, longestMessage),
    source: { component },
    reportingComponent: component,
    firstTimestamp: at,
    lastTimestamp: at,
    count: 1,
  });
};
