import assert from 'node:assert/strict';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { SchedulerLike } from 'rxjs';
import { SilentError, watchdog } from '../../../src/kube/wire/watchdog.ts';
import { virtualTime } from '../../support/virtual-time.ts';

/** A body that nothing comes for. */
const silentBody = () => {
  const body = new IncomingMessage(new Socket());
  const errors: Error[] = [];
  body.on('error', (error) => errors.push(error));
  return { body, errors };
};

describe('watchdog', () => {
  it('gives a silent body up exactly when patience is at its end', async () => {
    const time = virtualTime();
    time.advance(3_210);
    const { body, errors } = silentBody();
    watchdog(body, { silence: () => 30_000, total: 300_000 }, time.scheduler);
    time.advance(29_999);
    assert.equal(body.destroyed, false);
    time.advance(1);
    assert.equal(body.destroyed, true);
    await new Promise((resolve) => setImmediate(resolve));
    assert.ok(errors[0] instanceof SilentError);
  });

  it('looks after the bodies of many servers at the same moments, so that they wake the process together', () => {
    const time = virtualTime();
    const moments = new Set<number>();
    const scheduler: SchedulerLike = {
      now: () => {
        moments.add(time.scheduler.frame);
        return time.scheduler.now();
      },
      schedule: time.scheduler.schedule.bind(time.scheduler),
    };
    const heard: (() => void)[] = [];
    for (let at = 0; at < 50; at += 1) {
      heard.push(watchdog(silentBody().body, { silence: () => 150_000, total: 400_000 }, scheduler).heard);
      time.advance(101);
    }
    for (let minute = 0; minute < 4; minute += 1) {
      time.advance(60_000);
      for (const hear of heard) hear();
      if (minute === 0) moments.clear();
    }
    assert.ok(moments.size < 10, `${moments.size} moments: ${[...moments].join()}`);
  });
});
