import { z } from 'zod';
import { listen } from '../../src/sandbox/listen.ts';

/** An event as Flux's controllers send it: `fluxcd/pkg/apis/event/v1beta1`, by its JSON. */
export const FluxEventBody = z.strictObject({
  involvedObject: z.strictObject({
    kind: z.string().min(1),
    namespace: z.string().min(1),
    name: z.string().min(1),
    uid: z.string().min(1),
    apiVersion: z.string().min(1),
    resourceVersion: z.string().optional(),
  }),
  severity: z.enum(['trace', 'info', 'error']),
  timestamp: z.iso.datetime(),
  message: z.string().min(1),
  reason: z.string().min(1),
  metadata: z.record(z.string(), z.string()).optional(),
  reportingController: z.string().min(1),
  reportingInstance: z.string().optional(),
});
type FluxEventBody = z.infer<typeof FluxEventBody>;

/** How long the same event is held for a duplicate. */
const memory = 300_000;

/** The metadata that are passed on: those with the group of the object before them, without it. */
export const passedOn = ({ involvedObject, metadata = {} }: FluxEventBody): Readonly<Record<string, string>> => {
  const group = `${involvedObject.apiVersion.split('/')[0]}/`;
  const own = Object.entries(metadata).filter(([key]) => key.startsWith(group));
  return Object.fromEntries(own.map(([key, value]) => [key.slice(group.length), value]));
};

const keyOf = (event: FluxEventBody): string => {
  const { involvedObject, message } = event;
  const { revision, token } = passedOn(event);
  const { name, namespace, kind } = involvedObject;
  return JSON.stringify([name, namespace, kind, message, revision, token]);
};

/**
 * What notification-controller does with events, as it was recorded: 202 for what it takes, 400 for what is no event, 429 with a date in
 * Retry-After for what it has had within five minutes.
 */
export const startNotificationController = async (now: () => number) => {
  const events: FluxEventBody[] = [];
  const known = new Map<string, number>();
  const { url, close } = await listen((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const event = FluxEventBody.safeParse(JSON.parse(Buffer.concat(chunks).toString())).data;
      if (!event) {
        response.writeHead(400).end();
        return;
      }
      const until = known.get(keyOf(event)) ?? 0;
      if (until > now()) {
        response.writeHead(429, { 'retry-after': new Date(until).toUTCString() }).end();
        return;
      }
      known.set(keyOf(event), now() + memory);
      events.push(event);
      response.writeHead(202).end();
    });
  });
  return { url, close, events: (): readonly FluxEventBody[] => events };
};
