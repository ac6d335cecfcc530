import { Subject, type Observable } from 'rxjs';
import { hear as evidenceAfter, placeOfEvent } from '../decision/hear.ts';
import type { Place } from '../decision/place.ts';
import type { WebhookPath } from '../http/webhook-path.ts';
import type { WebhookOptions, WebhookReply } from '../http/webhook.ts';
import type { Clock } from '../model/clock.ts';
import type { Fact } from '../model/fact.ts';
import { readFluxEvent, type FluxEvent } from '../model/flux-event.ts';
import { objectKey } from '../model/object-key.ts';
import { isReadable, type Pipeline, type SeenPipeline } from '../model/pipeline.ts';
import type { World } from '../model/world.ts';

export interface HearingOptions {
  readonly world: Pick<World, 'pipeline' | 'cluster'>;
  readonly clock: Pick<Clock, 'now'>;
  /** How far the time that an event names may be from ours, milliseconds. */
  readonly tolerance: number;
  /** Keeps what is heard of a target that is not watched; resolves once it is safe. */
  readonly keep: (
    pipeline: Pipeline,
    heard: { readonly environment: string; readonly evidence: string; readonly event: FluxEvent },
  ) => Promise<SeenPipeline | undefined>;
}

const accepted = (text: string): WebhookReply => ({ status: 202, text });
const unfitting = (text: string): WebhookReply => ({ status: 422, text });

/**
 * What signed events of Flux are made of. About a watched target an event is a hint: look now. About one that cannot be watched it
 * is evidence, and is answered once it is kept.
 */
export const hearing = ({
  world,
  clock,
  tolerance,
  keep,
}: HearingOptions): { readonly hear: WebhookOptions['hear']; readonly facts: Observable<Fact> } => {
  const facts = new Subject<Fact>();

  const keepHeard = async (pipeline: Pipeline, environment: string, { cluster, release }: Place, event: FluxEvent) => {
    const evidence = `${cluster} ${release}`;
    if (!evidenceAfter(event, pipeline.status.environments?.[environment]?.evidence?.[evidence]))
      return accepted('known already, or not about how a deployment ended');
    const kept = await keep(pipeline, { environment, evidence, event });
    if (kept && isReadable(kept)) facts.next({ type: 'pipeline-seen', pipeline: kept });
    return accepted('kept');
  };

  const consider = ({ namespace, pipeline: name, environment }: WebhookPath, event: FluxEvent) => {
    const pipeline = world.pipeline(objectKey(namespace, name));
    if (!pipeline || !isReadable(pipeline)) return unfitting('the Pipeline cannot be read');
    if (Math.abs(event.at - clock.now()) > tolerance)
      return accepted('ignored: its time is too far from ours; look at the clocks of both clusters');
    const place = placeOfEvent(pipeline, environment, event);
    if (typeof place === 'string') return unfitting(place);
    const { cluster, release } = place;
    // Where it cannot be told yet whether it is registered, what is kept counts if it is not.
    const { type } = world.cluster(cluster);
    if (type === 'unregistered' || type === 'unread') return keepHeard(pipeline, environment, place, event);
    facts.next({ type: 'deployment-heard', cluster, release, event });
    return accepted('heard: it is looked at now');
  };

  return {
    facts,
    hear: (path, body) => {
      const event = readFluxEvent(body);
      return typeof event === 'string' ? { status: 400, text: event } : consider(path, event);
    },
  };
};
