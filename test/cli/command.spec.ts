import assert from 'node:assert/strict';
import { parseCommand } from '../../src/cli/command.ts';
import { flagName } from '../../src/flags.ts';
import { Flags } from '../../src/settings.ts';

describe('parseCommand', () => {
  it('reads `run` with its flags', () => {
    const command = parseCommand(['run', '--concurrent=2'], {});
    assert.equal(command.type === 'run' && command.settings.concurrent, 2);
  });

  for (const argv of [['version'], ['--version']])
    it(`prints the version on ${argv.join(' ')}`, () => {
      const command = parseCommand(argv, {});
      assert.match(command.type === 'print' ? command.text : '', /^leafwatch \d+\.\d+\.\d+\n$/);
    });

  for (const argv of [[], ['help'], ['--help'], ['run', '--help'], ['run', '-h', '--frobnicate']])
    it(`prints help on ${JSON.stringify(argv)}`, () => {
      assert.equal(parseCommand(argv, {}).type, 'print');
    });

  it('describes every flag in help', () => {
    const command = parseCommand(['--help'], {});
    const text = command.type === 'print' ? command.text : '';
    for (const property of Object.keys(Flags.shape)) assert.ok(text.includes(`\n  --${flagName(property)}`), property);
    assert.match(text, /--max-retry-delay <duration>\n {6}The longest wait between retries\. \(default 15m\)/);
    assert.match(text, /--log-level <debug\|info\|warn\|error>/);
    assert.match(text, /\(default leafwatch-system; env RUNTIME_NAMESPACE\)/);
  });

  for (const argv of [
    ['explain', '--help'],
    ['help', 'explain'],
  ])
    it(`describes the flags of one command on ${argv.join(' ')}`, () => {
      const command = parseCommand(argv, {});
      const text = command.type === 'print' ? command.text : '';
      assert.match(text, /\nFlags of explain:\n {2}--namespace/);
      assert.doesNotMatch(text, /Flags of run|--concurrent/);
    });

  it('answers a mistake with one line that leads to help', () => {
    assert.deepEqual(parseCommand(['walk'], {}), {
      type: 'usage-error',
      message: 'unknown command "walk"; see leafwatch --help',
    });
    const command = parseCommand(['run', '--frobnicate'], {});
    assert.match(command.type === 'usage-error' ? command.message : '', /^Unknown option .*; see leafwatch --help$/);
  });
});
