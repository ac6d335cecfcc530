import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '../../support/eventually.ts';

const demo = fileURLToPath(new URL('../../../src/sandbox/demo/demo.ts', import.meta.url));

/** A program that is no controller: it says so, and waits. */
const idle = `console.error('{"level":"error","msg":"I do nothing"}'); setInterval(() => undefined, 1000);`;

describe('the demo', () => {
  let home: string;
  let temporary: string;
  let program: string;

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'demo-spec-'));
    temporary = await mkdtemp(join(home, 'tmp-'));
    program = join(home, 'controller.mjs');
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  const begin = async (controller: string, ...flags: readonly string[]) => {
    await writeFile(program, controller);
    const args = ['--import=tsx', demo, '--controller', program, ...flags];
    const child = spawn(process.execPath, args, {
      env: { ...process.env, TMPDIR: temporary, TSX_DISABLE_CACHE: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (said += text));
    const ended = once(child, 'close').then(([code]: unknown[]) => code);
    return { child, ended, said: () => said };
  };
  /** Processes and files that the demo would have left behind. */
  const left = async () => ({
    files: await readdir(temporary),
    processes: execFileSync('ps', ['-A', '-o', 'args='], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line.includes(home)),
  });
  const nothing = { files: [], processes: [] };

  it('ends with 1 when nothing is promoted, says what is missing, and leaves nothing behind', async () => {
    const { ended, said } = await begin(idle, '--exit', '--timeout', '1s');
    assert.equal(await ended, 1);
    assert.match(said(), /staging runs no one version instead of 6\.1\.5/);
    assert.match(said(), /there is not exactly one merged pull request of promotions\/podinfo\/podinfo\/prod\/6\.1\.5/);
    assert.match(said(), /The controller's last lines:\n.*I do nothing/);
    assert.deepEqual(await left(), nothing);
  });

  it('ends with 1 as soon as the controller has ended', async () => {
    const { ended, said } = await begin('process.exit(7)', '--exit');
    assert.equal(await ended, 1);
    assert.match(said(), /leafwatch ended by exit code 7/);
    assert.deepEqual(await left(), nothing);
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    it(`leaves nothing behind after ${signal}`, async () => {
      const { child, ended, said } = await begin(idle);
      await eventually(() => assert.match(said(), /I do nothing/));
      assert.notDeepEqual(await left(), nothing);
      child.kill(signal);
      assert.equal(await ended, 130);
      assert.deepEqual(await left(), nothing);
    });

  it('can be stopped before its clusters are there', async () => {
    const { child, ended, said } = await begin(idle);
    await eventually(() => assert.match(said(), /Starting/));
    child.kill('SIGINT');
    assert.equal(await ended, 130);
    assert.deepEqual(await left(), nothing);
  });

  it('refuses a wrong flag in one line', async () => {
    const { ended, said } = await begin(idle, '--hands');
    assert.equal(await ended, 2);
    assert.match(said(), /^demo: .*--hands.*\n$/);
  });
});
