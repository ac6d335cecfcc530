import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { FailureError } from '../src/model/failure.ts';
import { createLog } from '../src/telemetry/log.ts';
import { webhookLog } from '../src/webhook-log.ts';

const path = { namespace: 'apps', pipeline: 'podinfo', environment: 'dev' };
const wrong = { status: 401, text: 'unknown pipeline, or the signature does not fit' } as const;

describe('webhookLog', () => {
  const begin = () => {
    let now = 0;
    let printed = '';
    const clock = { now: () => now };
    const stream = new PassThrough().on('data', (chunk) => (printed += String(chunk)));
    const told = webhookLog(createLog({ level: 'info', encoding: 'json', clock, stream }), clock);
    const lines = () =>
      printed
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
    return { ...told, lines, printed: () => printed, pass: (milliseconds: number) => (now += milliseconds) };
  };

  it('tells in one line who was refused what, and why', () => {
    const { replied, lines } = begin();
    replied(wrong, '10.0.0.7', path);
    const [{ level, msg, status, peer, pipeline, environment } = {}, ...others] = lines();
    assert.deepEqual(others, []);
    assert.deepEqual(
      [level, msg, status, peer, pipeline, environment],
      [
        'info',
        'a webhook is not taken in: unknown pipeline, or the signature does not fit',
        401,
        '10.0.0.7',
        'apps/podinfo',
        'dev',
      ],
    );
  });

  it('tells nothing of what was heard', () => {
    const { replied, lines } = begin();
    replied({ status: 202, text: 'heard' }, '10.0.0.7', path);
    assert.deepEqual(lines(), []);
  });

  it('tells ten at once and one a second of a flood, and how many it left out', () => {
    const { replied, failed, lines, pass } = begin();
    for (let times = 0; times < 1_000; times += 1) {
      replied(wrong, '10.0.0.7', path);
      failed(new FailureError({ remedy: 'retry', reason: 'EvidenceNotKept', message: 'not kept' }));
    }
    assert.equal(lines().length, 10);
    pass(1_000);
    replied({ status: 404, text: 'not found' }, '10.0.0.7', undefined);
    replied(wrong, '10.0.0.7', path);
    assert.equal(lines().length, 11);
    assert.equal(lines().at(-1)?.['untold'], 1_990);
    assert.equal(lines().at(-1)?.['pipeline'], undefined);
  });

  it('warns of what could not be kept, by its reason', () => {
    const { failed, lines } = begin();
    failed(new FailureError({ remedy: 'retry', reason: 'EvidenceNotKept', message: 'not kept' }));
    assert.deepEqual([lines()[0]?.['level'], lines()[0]?.['reason']], ['warn', 'EvidenceNotKept']);
  });

  it('keeps a line short, whatever a sender has named', () => {
    const { replied, printed } = begin();
    replied({ status: 422, text: `no target is the HelmRelease ${'x\n'.repeat(5_000)}` }, '10.0.0.7', path);
    assert.ok(printed().length < 500, String(printed().length));
    assert.equal(printed().trimEnd().split('\n').length, 1);
  });
});
