import { parseSettings, type Settings } from '../settings.ts';
import { parseClustersOptions, type ClustersOptions } from './clusters-flags.ts';
import { help } from './help.ts';
import { version } from './version.ts';

/** What the command line asks for. A `print` ends with exit code 0, a `usage-error` is one line and exit code 2. */
export type Command =
  | { readonly type: 'run'; readonly settings: Settings }
  | { readonly type: 'clusters'; readonly options: ClustersOptions }
  | { readonly type: 'print'; readonly text: string }
  | { readonly type: 'usage-error'; readonly message: string };

const seeHelp = '; see leafwatch --help';

/** Reads the command line: `argv` without the program's own name. */
export const parseCommand = (argv: readonly string[], env: NodeJS.ProcessEnv): Command => {
  const [command, ...rest] = argv;
  const asksForHelp =
    command === undefined || command === 'help' || argv.some((arg) => arg === '--help' || arg === '-h');
  if (asksForHelp) return { type: 'print', text: help() };
  if (command === 'version' || command === '--version') return { type: 'print', text: `leafwatch ${version}\n` };
  if (command === 'clusters') {
    const options = parseClustersOptions(rest, env);
    return 'usageError' in options
      ? { type: 'usage-error', message: `${options.usageError}${seeHelp}` }
      : { type: 'clusters', options };
  }
  if (command !== 'run')
    return { type: 'usage-error', message: `unknown command ${JSON.stringify(command)}${seeHelp}` };
  const settings = parseSettings(rest, env);
  return 'usageError' in settings
    ? { type: 'usage-error', message: `${settings.usageError}${seeHelp}` }
    : { type: 'run', settings };
};
