import assert from 'node:assert/strict';
import { fluxLetter } from '../../src/voice/flux-letter.ts';
import { aDeployment, deployed, promoted } from '../support/news.ts';
import { recordedWebhooks } from '../support/recorded-webhooks.ts';
import { FluxEventBody, passedOn } from '../support/start-notification-controller.ts';
import type { News } from '../../src/model/news.ts';

const eventOf = (news: News) => FluxEventBody.parse(JSON.parse(fluxLetter(news, 'leafwatch-0').body));

const recorded = recordedWebhooks.find(({ file }) => file.startsWith('20-helm-controller-own-post'));
assert.ok(recorded);
const theirs: unknown = JSON.parse(recorded.body.toString());

describe('an event for notification-controller', () => {
  it('has the fields that a controller of Flux was recorded to send, and is of the same type', () => {
    const real = FluxEventBody.parse(theirs);
    const ours = eventOf(deployed());
    assert.deepEqual(Object.keys(ours).sort(), Object.keys(real).sort());
    const { resourceVersion, ...involved } = real.involvedObject;
    assert.ok(resourceVersion);
    assert.deepEqual(Object.keys(ours.involvedObject).sort(), Object.keys(involved).sort());
    assert.equal(fluxLetter(deployed(), '').headers['content-type'], recorded.headers['content-type']);
    assert.ok(['revision', 'token'].every((key) => key in passedOn(real) && key in passedOn(ours)));
  });

  it('tells a deployment in words, and all that is known of it for programs', () => {
    const event = eventOf(deployed());
    assert.deepEqual(
      [event.reason, event.severity, event.timestamp, event.message],
      [
        'DeploymentSucceeded',
        'info',
        '2026-03-02T10:00:00Z',
        'podinfo 6.1.5 is deployed to prod (podinfo in namespace podinfo of cluster apps/prod-eu) after 40s',
      ],
    );
    assert.deepEqual(event.involvedObject, {
      apiVersion: 'pipelines.weave.works/v1alpha1',
      kind: 'Pipeline',
      namespace: 'apps',
      name: 'podinfo',
      uid: 'uid-1',
    });
    assert.deepEqual(passedOn(event), {
      id: 'd1',
      pipeline: 'apps/podinfo',
      application: 'podinfo',
      version: '6.1.5',
      revision: '6.1.5',
      previous: '6.1.4',
      environment: 'prod',
      cluster: 'apps/prod-eu',
      namespace: 'podinfo',
      name: 'podinfo',
      status: 'succeeded',
      startedAt: '2026-03-02T09:59:20Z',
      finishedAt: '2026-03-02T10:00:00Z',
      duration: '40000',
      detectedBy: 'Watch',
      token: 'd1.succeeded',
    });
  });

  it('is an error when a deployment has failed, or a promotion', () => {
    const failed = eventOf(deployed({ status: 'failed', message: 'timed out' }));
    assert.deepEqual([failed.severity, failed.reason], ['error', 'DeploymentFailed']);
    assert.match(failed.message, /^podinfo 6\.1\.5 could not be deployed to prod \(.*\) after 40s: timed out$/);
    assert.equal(eventOf(promoted('Failed', 'Warning')).severity, 'error');
    assert.equal(eventOf(promoted('Open')).severity, 'info');
  });

  it('is no error when a deployment was rolled back, and says what runs again', () => {
    const { duration, ...news } = aDeployment({ status: 'rolledback' });
    assert.ok(duration);
    const { severity, reason, message } = eventOf({ ...deployed(), deployment: news } as News);
    assert.deepEqual(
      [severity, reason, message],
      [
        'info',
        'DeploymentRolledBack',
        'podinfo 6.1.5 was rolled back in prod (podinfo in namespace podinfo of cluster apps/prod-eu): 6.1.4 runs again',
      ],
    );
  });

  it('tells of one that is on its way without how long it has taken', () => {
    const { message } = eventOf(deployed({ status: 'progressing', cluster: undefined } as object));
    assert.equal(message, 'podinfo 6.1.5 is being deployed to prod (podinfo in namespace podinfo)');
  });

  it('says what the Event says, with its metadata', () => {
    const event = eventOf(promoted('Succeeded'));
    assert.equal(event.message, 'promotion of 6.1.5 from dev to prod is Succeeded');
    assert.deepEqual(passedOn(event)['state'], 'Succeeded');
  });
});
