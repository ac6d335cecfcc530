import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { createLog, type LogOptions } from '../../src/telemetry/log.ts';

const start = (options: Partial<LogOptions> = {}) => {
  const stream = new PassThrough();
  const clock = { now: () => Date.UTC(2026, 0, 2, 3, 4, 5, 6) };
  const log = createLog({ level: 'info', encoding: 'json', clock, stream, ...options });
  const written = () => String(stream.read() ?? '');
  return { log, written, line: () => JSON.parse(written()) as unknown };
};

describe('createLog', () => {
  it("writes one JSON object a line, in Flux's shape", () => {
    const { log, written } = start();
    log.info('promotion opened', { logger: 'engine', pipeline: 'team/podinfo', attempts: 2 });
    assert.equal(
      written(),
      '{"level":"info","ts":"2026-01-02T03:04:05.006Z","msg":"promotion opened","logger":"engine","pipeline":"team/podinfo","attempts":2}\n',
    );
  });

  it('writes columns for the eye', () => {
    const { log, written } = start({ encoding: 'console' });
    log.warn('cluster lost', { cluster: 'a/b' });
    log.error('stopped');
    assert.equal(
      written(),
      '2026-01-02T03:04:05.006Z\tWARN\tcluster lost\t{"cluster":"a/b"}\n2026-01-02T03:04:05.006Z\tERROR\tstopped\n',
    );
  });

  it('leaves out what is less severe than its level', () => {
    const { log, written } = start({ level: 'warn' });
    log.debug('a');
    log.info('b');
    log.warn('c');
    log.error('d');
    assert.deepEqual(written().match(/"msg":"."/g), ['"msg":"c"', '"msg":"d"']);
  });

  it('keeps a line on one line, and its own members', () => {
    const { log, written, line } = start();
    log.info('two\nlines', { text: 'a\nb' });
    assert.equal(written().split('\n').length, 2);
    log.info('x', { level: 'error', msg: 'y', ts: 0 });
    assert.deepEqual(line(), {
      level: 'info',
      ts: '2026-01-02T03:04:05.006Z',
      msg: 'x',
      level_: 'error',
      msg_: 'y',
      ts_: 0,
    });
  });

  it('shows no credential', () => {
    const { log, written } = start();
    log.error('push to https://bot:s3cret@git.example/r.git failed', {
      error: new Error('Authorization: Bearer abc.def.ghi_jkl was refused'),
      credentials: { username: 'bot', password: 's3cret', token: 's3cret', 'hmac-key': 's3cret' },
      urls: ['https://s3cret@git.example/r.git', 'https://git.example/r.git'],
    });
    const text = written();
    assert.doesNotMatch(text, /s3cret|abc\.def/);
    assert.match(text, /https:\/\/\*\*\*@git\.example\/r\.git failed/);
    assert.match(text, /"https:\/\/git\.example\/r\.git"/);
    assert.match(text, /"username":"bot","password":"\*\*\*"/);
  });

  it('takes no time for a long text that looks like the beginning of an address', () => {
    const { log, written } = start();
    const begun = performance.now();
    log.info('a.'.repeat(50_000));
    assert.ok(performance.now() - begun < 1000);
    assert.ok(written().length > 100_000);
  });

  it('survives whatever it is handed', () => {
    const { log, line } = start();
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    log.info('odd', {
      circle,
      big: 1n,
      symbol: Symbol('s'),
      none: undefined,
      nothing: null,
      call: () => 1,
      list: [1n],
    });
    assert.equal((line() as { big: string }).big, '1');
  });
});
