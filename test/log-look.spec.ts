import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import type { Deployment } from '../src/model/deployment.ts';
import { logLook } from '../src/log-look.ts';
import { createLog } from '../src/telemetry/log.ts';
import { aPromotion } from './support/a-promotion.ts';

describe('logLook', () => {
  it('writes one line for a deployment, with the whole record, and none for its Event', () => {
    const stream = new PassThrough();
    const log = createLog({ level: 'info', encoding: 'json', clock: { now: () => 0 }, stream });
    const deployment: Deployment = {
      ...{ id: 'one', pipeline: 'apps/podinfo', application: 'podinfo', version: '6.1.5', environment: 'prod' },
      ...{ cluster: 'apps/prod', namespace: 'podinfo', name: 'podinfo', status: 'failed', detectedBy: 'Watch' },
      ...{
        message: 'timed out',
        startedAt: '2026-03-02T10:00:00Z',
        finishedAt: '2026-03-02T10:01:00Z',
        duration: 60_000,
      },
    };
    const announcement = { type: 'Warning', reason: 'DeploymentFailed', message: 'told to people' } as const;
    logLook(log, {
      pipeline: 'apps/podinfo',
      judgements: [],
      outcomes: [{ type: 'announced', pipeline: 'apps/podinfo', announcement }],
      deployments: [deployment],
      changes: [],
      wakeAt: undefined,
      finished: true,
    });
    const lines = String(stream.read()).trimEnd().split('\n');
    assert.deepEqual(
      lines.map((line) => JSON.parse(line) as unknown),
      [{ level: 'warn', ts: '1970-01-01T00:00:00.000Z', msg: 'deployment failed', ...deployment }],
    );
  });

  it('warns of a branch that stays in a repository that is left', () => {
    const stream = new PassThrough();
    const log = createLog({ level: 'info', encoding: 'json', clock: { now: () => 0 }, stream });
    const promotion = aPromotion('https://git.example/org/config', 'github');
    logLook(log, {
      ...{ pipeline: 'apps/podinfo', judgements: [], deployments: [], changes: [], wakeAt: undefined, finished: true },
      outcomes: [{ type: 'pull-request-left', promotion, trouble: 'Deleting branch one: no' }],
    });
    assert.match(String(stream.read()), /"level":"warn".*"msg":"Deleting branch one: no".*"repository":"https:/);
  });
});
