import assert from 'node:assert/strict';
import { CloudEvent, HTTP } from 'cloudevents';
import type { News } from '../../src/model/news.ts';
import { PromotionState } from '../../src/model/pipeline-status.ts';
import { cdEvent } from '../../src/voice/cd-event.ts';
import { cdLetter } from '../../src/voice/cd-letter.ts';
import { CustomEvent, ServiceEvent } from '../support/cd-events.ts';
import { deployed, promoted } from '../support/news.ts';

/** As a receiver reads it: the letter through the library, and its body. */
const read = (news: News) => {
  const event = cdEvent(news);
  assert.ok(event);
  const { headers, body } = cdLetter(event);
  const cloudEvent = HTTP.toEvent({ headers: { ...headers }, body });
  assert.ok(cloudEvent instanceof CloudEvent);
  return { headers, cloudEvent, event: JSON.parse(body) as object };
};

describe('a CDEvent', () => {
  for (const effect of ['deployed', 'upgraded', 'rolledback'] as const)
    it(`tells that a service is ${effect}, as CDEvents 0.4.1 has it`, () => {
      const { event } = read(deployed({}, effect));
      const { context, subject } = ServiceEvent.parse(event);
      assert.equal(context.type, `dev.cdevents.service.${effect}.0.2.0`);
      assert.deepEqual(subject.content, { environment: { id: 'prod' }, artifactId: 'pkg:helm/podinfo@6.1.5' });
      assert.equal(subject.id, 'apps/podinfo/prod/apps/prod-eu/podinfo/podinfo');
    });

  it('tells of a rollback the version that runs again, with the record of the deployment that failed', () => {
    const { event } = read(deployed({ status: 'rolledback' }, 'rolledback'));
    const { context, subject, customData } = ServiceEvent.parse(event);
    assert.equal(context.type, 'dev.cdevents.service.rolledback.0.2.0');
    assert.equal(subject.content.artifactId, 'pkg:helm/podinfo@6.1.4');
    const { version, previous, status } = customData as Record<string, string>;
    assert.deepEqual([version, previous, status], ['6.1.5', '6.1.4', 'rolledback']);
  });

  for (const state of PromotionState.options)
    it(`tells that a promotion is ${state}, as a custom event`, () => {
      const { event } = read(promoted(state));
      const { context, subject } = CustomEvent.parse(event);
      assert.equal(context.type, `dev.cdeventsx.leafwatch-promotion.${state.toLowerCase()}.0.1.0`);
      assert.equal(subject.id, 'p1');
      assert.deepEqual(subject.content, {
        pipeline: 'apps/podinfo',
        environment: 'prod',
        version: '6.1.5',
        from: 'dev',
        state,
        message: `promotion of 6.1.5 from dev to prod is ${state}`,
      });
    });

  it('is a CloudEvent in the binary mode, whose attributes are those of the CDEvent', () => {
    const { headers, cloudEvent, event } = read(deployed());
    const { context, subject } = ServiceEvent.parse(event);
    assert.equal(headers['content-type'], 'application/cdevents+json');
    assert.ok(cloudEvent.validate());
    const { specversion, id, source, type, time } = cloudEvent;
    assert.deepEqual(
      [specversion, id, source, type, Date.parse(time ?? ''), cloudEvent.subject],
      ['1.0', context.id, context.source, context.type, Date.parse(context.timestamp), subject.id],
    );
  });

  it('has the same id for each telling of one thing', () => {
    assert.deepEqual(read(deployed()).event, read(deployed()).event);
    assert.notDeepEqual(cdEvent(promoted('Open'))?.context.id, cdEvent(promoted('Merged'))?.context.id);
  });

  it('names a version that is no plain text so that the artifact is still an URL', () => {
    const { event } = read(deployed({ version: '6.1.5+build.7' }));
    assert.equal(ServiceEvent.parse(event).subject.content.artifactId, 'pkg:helm/podinfo@6.1.5%2Bbuild.7');
  });

  it('is nothing for what CDEvents has no word for', () => {
    assert.equal(cdEvent(deployed({ status: 'progressing' })), undefined);
    assert.equal(cdEvent(deployed({ status: 'failed' })), undefined);
    const ready = { type: 'Normal', reason: 'ReconciliationSucceeded', message: 'dev 6.1.5' } as const;
    const news: News = { type: 'announced', id: 'x', at: 0, pipeline: 'a/b', uid: 'u', announcement: ready };
    assert.equal(cdEvent(news), undefined);
  });
});
