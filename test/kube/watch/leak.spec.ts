import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { startApiServer } from '../../../src/sandbox/api-server/start-api-server.ts';
import { startFaultProxy, watchTaken } from '../../support/fault-proxy.ts';
import type { LeakReport, LeakTask } from '../../support/leak-probe.ts';
import { startPlainApiServer } from '../../support/start-plain-api-server.ts';

const probe = fileURLToPath(new URL('../../support/leak-probe.ts', import.meta.url));

/** Runs the probe in a process of its own, where nothing but the product holds anything. */
const runProbe = (
  task: LeakTask,
  cut: (times: number) => Promise<void> = () => Promise.resolve(),
): Promise<LeakReport> =>
  new Promise((resolve, reject) => {
    const child = fork(probe, {
      execArgv: ['--expose-gc', '--import=tsx'],
      env: { ...process.env, LEAK_TASK: JSON.stringify(task) },
    });
    child.on('message', (message) => {
      if (typeof message === 'number') void cut(message).then(() => child.send('over'));
      else resolve(message as LeakReport);
    });
    child.on('exit', (code) => reject(new Error(`the probe ended with ${String(code)}`)));
  });

const oneMegabyte = 1024 * 1024;

const assertNothingStays = ({ before, after, warnings }: LeakReport): void => {
  assert.deepEqual({ ...after.resources }, { ...before.resources });
  assert.equal(after.listeners, before.listeners);
  assert.ok(after.heap - before.heap < oneMegabyte, `${after.heap - before.heap} bytes more`);
  assert.deepEqual(warnings, []);
};

describe('nothing stays', () => {
  it('of 500 clusters that were added and removed: no socket, no timer, no object', async () => {
    const crd = await readFile(new URL('../../../src/sandbox/helmrelease-crd.yaml', import.meta.url), 'utf8');
    const server = await startApiServer({ crds: [parse(crd) as object] });
    try {
      assertNothingStays(await runProbe({ type: 'clusters', count: 500, kubeconfig: server.kubeconfig() }));
    } finally {
      await server.close();
    }
  });

  it('of 500 cuts of one cluster: no socket, no timer, no listener, no object', async () => {
    const server = await startPlainApiServer();
    const proxy = await startFaultProxy(server.url);
    server.put('a', 'first');
    const cut = (times: number) =>
      new Promise<void>((resolve) => {
        let left = times;
        proxy.each(() => {
          left -= 1;
          if (left >= 0) return { type: 'reset', on: 'watch=true', after: watchTaken };
          resolve();
          return undefined;
        });
        proxy.strike({ type: 'reset', after: 0 });
      });
    try {
      assertNothingStays(await runProbe({ type: 'cuts', count: 500, url: proxy.url, token: server.token }, cut));
    } finally {
      await proxy.close();
      await server.close();
    }
  });
});
