import assert from 'node:assert/strict';
import fc from 'fast-check';
import { hear, placeOfEvent } from '../../src/decision/hear.ts';
import { observeEvent } from '../../src/decision/observe.ts';
import { readFluxEvent, type FluxEvent } from '../../src/model/flux-event.ts';
import type { WebhookEvidence } from '../../src/model/pipeline-status.ts';
import { anEnvironment, aPipeline, aTarget } from '../support/builders.ts';
import { recordedWebhooks } from '../support/recorded-webhooks.ts';

const recorded = (start: string): readonly FluxEvent[] =>
  recordedWebhooks
    .filter(({ file }) => file.startsWith(start))
    .map(({ body }) => readFluxEvent(body))
    .filter((event) => typeof event === 'object');

/** What a target is taken for after these events, in this order. */
const after = (events: readonly FluxEvent[]) => {
  let evidence: WebhookEvidence | undefined;
  for (const event of events) evidence = hear(event, evidence) ?? evidence;
  if (!evidence) return undefined;
  const { state, revision, attempted, remediated } = observeEvent(evidence);
  return { state, revision, attempted, remediated };
};

const settledOn = (revision: string) =>
  ({ state: 'settled', revision, attempted: revision, remediated: false }) as const;
const failed = { state: 'failed', remediated: false } as const;
const rolledBack = { state: 'failed', remediated: true } as const;

describe('hear', () => {
  const table: readonly (readonly [string, readonly string[], ReturnType<typeof after>])[] = [
    ['an install', ['01'], settledOn('6.0.0')],
    ['an upgrade', ['01', '02'], settledOn('6.0.1')],
    ['a failure that changed nothing', ['02', '03'], { ...failed, revision: '6.0.1', attempted: '6.0.2' }],
    ['a failure of which nothing was known before', ['04'], { ...failed, revision: undefined, attempted: '6.0.4' }],
    ['a recovery', ['04', '05'], settledOn('6.0.3')],
    ['a rollback, which comes as info', ['05', '06'], { ...rolledBack, revision: '6.0.3', attempted: '6.0.4' }],
    ['two alerts about one deployment', ['07'], settledOn('6.0.6')],
    ['build metadata', ['13'], settledOn('6.1.1+build.7')],
    ['other values of the same version', ['14', '15'], settledOn('6.1.0')],
    [
      'an uninstall, which names a version',
      ['16', '17'],
      { ...failed, state: 'missing', revision: undefined, attempted: undefined },
    ],
    ['a chart from an OCI repository', ['18'], settledOn('6.0.3')],
  ];
  for (const [name, files, expected] of table)
    it(`takes it for what it is: ${name}`, () => assert.deepEqual(after(files.flatMap(recorded)), expected));

  it('says so when an event adds nothing: it is repeated, or older, or about something else', () => {
    const [event] = recorded('02');
    const evidence = hear(event!, undefined);
    assert.equal(hear(event!, evidence), undefined);
    assert.equal(hear(recorded('01')[0]!, evidence), undefined);
    assert.equal(hear({ ...event!, at: event!.at + 1000, reason: 'DependencyNotReady' }, evidence), undefined);
  });

  it('comes to the same in whatever order, and however often, the events of real deployments come', () => {
    const events = ['01', '02', '05', '06', '07', '17', '21'].flatMap(recorded);
    const told = after(events);
    fc.assert(
      fc.property(
        fc
          .shuffledSubarray(events, { minLength: events.length })
          .chain((order) =>
            fc
              .array(fc.nat({ max: order.length - 1 }), { maxLength: 6 })
              .map((again) => [...order, ...again.map((index) => order[index]!)]),
          ),
        (order) => {
          const { state, remediated, revision } = after(order)!;
          assert.deepEqual(
            { state, remediated, revision },
            { state: told?.state, remediated: told?.remediated, revision: told?.revision },
          );
        },
      ),
      { numRuns: 500 },
    );
  });

  it('knows what a rollback undid, also when the failure of the same second comes after it', () => {
    const [failure, rollback] = recorded('06');
    const before = recorded('05');
    assert.deepEqual(after([...before, rollback!, failure!]), after([...before, failure!, rollback!]));
  });
});

describe('placeOfEvent', () => {
  const [event] = recorded('02') as readonly [FluxEvent];
  const targets = [aTarget('one', { namespace: 'hooks' }), aTarget('two', { namespace: 'hooks' })];
  const pipeline = aPipeline({
    environments: [
      anEnvironment('dev', { targets: [aTarget('dev', { namespace: 'hooks' })] }),
      anEnvironment('prod', { targets }),
    ],
  });

  it('finds the target by kind, namespace and name, in the environment of the path', () => {
    const place = placeOfEvent(pipeline, 'dev', event);
    assert.ok(typeof place === 'object');
    assert.deepEqual([place.cluster, place.release], ['apps/dev', 'hooks/podinfo']);
  });

  for (const [what, other] of Object.entries({ kind: 'Kustomization', name: 'frontend', namespace: 'elsewhere' }))
    it(`refuses another ${what}`, () =>
      assert.match(
        JSON.stringify(placeOfEvent(pipeline, 'dev', { ...event, [what]: other })),
        /^"no target of environment dev is the /,
      ));

  it('tells two targets apart by the cluster that the Alert names, by name or in full', () => {
    const where = (cluster: string) => {
      const place = placeOfEvent(pipeline, 'prod', { ...event, cluster });
      return typeof place === 'object' ? place.cluster : place;
    };
    assert.deepEqual([where('one'), where('apps/two')], ['apps/one', 'apps/two']);
    assert.match(where('three'), /eventMetadata/);
    assert.equal(
      placeOfEvent(pipeline, 'prod', event),
      "2 targets of environment prod are the HelmRelease hooks/podinfo (cluster apps/one, cluster apps/two): let eventMetadata of each cluster's Alert say which by the key cluster",
    );
  });
});
