import assert from 'node:assert/strict';
import { announce } from '../../src/decision/announce.ts';
import type { Deployment } from '../../src/model/deployment.ts';
import { formatTime } from '../../src/model/time.ts';
import { aPipeline, start } from '../support/builders.ts';

const aDeployment = (deployment: Partial<Deployment> = {}): Deployment => ({
  ...{ id: 'one', pipeline: 'apps/podinfo', application: 'podinfo', version: '6.1.5', environment: 'prod' },
  ...{ cluster: 'apps/eu', namespace: 'podinfo', name: 'podinfo', status: 'succeeded', detectedBy: 'Watch' },
  startedAt: formatTime(start),
  ...deployment,
});
const told = (...deployments: readonly Deployment[]): readonly string[] =>
  announce(aPipeline(), {}, {}, deployments).map(
    ({ announcement: { type, reason, message } }) => `${type} ${reason}: ${message}`,
  );

describe('the Events of deployments', () => {
  it('tell a beginning, an end with how long it took, and a failure with why', () => {
    const where = 'podinfo in namespace podinfo of cluster apps/eu';
    assert.deepEqual(
      told(
        aDeployment({ status: 'progressing' }),
        aDeployment({ duration: 14_000 }),
        aDeployment({ status: 'failed', message: 'timed out' }),
        aDeployment({ status: 'rolledback', previous: '6.1.4' }),
      ),
      [
        `Normal DeploymentProgressing: 6.1.5 is being deployed to prod: ${where}`,
        `Normal DeploymentSucceeded: 6.1.5 is deployed to prod: ${where}; it took 14s`,
        `Warning DeploymentFailed: 6.1.5 has failed in prod: ${where}: timed out`,
        `Normal DeploymentRolledBack: 6.1.5 was rolled back in prod: ${where}: 6.1.4 runs again`,
      ],
    );
  });

  it('are one for a version that comes to the same in many targets at once', () => {
    const many = Array.from({ length: 50 }, (_, index) => aDeployment({ cluster: `apps/c-${index}`, duration: index }));
    const [event, ...others] = told(...many);
    assert.deepEqual(others, []);
    assert.match(event ?? '', /^Normal DeploymentSucceeded: .*of cluster apps\/c-4, 45 more$/);
    const back = (previous: string) => aDeployment({ status: 'rolledback', previous });
    assert.equal(told(back('6.1.4'), back('6.1.3'), back('6.1.4')).length, 2);
    assert.equal(told(aDeployment(), aDeployment({ version: '6.1.6' }), aDeployment({ environment: 'dev' })).length, 3);
  });
});
