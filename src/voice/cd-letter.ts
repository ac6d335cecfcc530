import { CloudEvent, HTTP } from 'cloudevents';
import type { CdEvent } from './cd-event.ts';
import type { Letter } from './post.ts';

/**
 * A CDEvent over HTTP in the binary content mode of CloudEvents: what a router looks at stands in headers, and the body is the CDEvent itself,
 * which says all of that too, so that the structured mode would say it twice in one body.
 */
export const cdLetter = (event: CdEvent): Letter => {
  const { id, source, type, timestamp: time } = event.context;
  const { id: subject } = event.subject;
  const datacontenttype = 'application/cdevents+json';
  const message = HTTP.binary(new CloudEvent({ id, source, type, time, subject, datacontenttype, data: event }));
  const headers = Object.entries(message.headers).map(([name, value]) => [name, String(value)] as const);
  return { headers: Object.fromEntries(headers), body: JSON.stringify(event) };
};
