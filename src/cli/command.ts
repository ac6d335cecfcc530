import { parseSettings, type Settings } from '../settings.ts';
import { parseClustersOptions, type ClustersOptions } from './clusters-flags.ts';
import { parseExplainOptions, type ExplainOptions } from './explain-flags.ts';
import { parseReportOptions, type ReportOptions } from './report-flags.ts';
import { help } from './help.ts';
import { version } from './version.ts';

/** What the command line asks for. A `print` ends with exit code 0, a `usage-error` is one line and exit code 2. */
export type Command =
  | { readonly type: 'run'; readonly settings: Settings }
  | { readonly type: 'clusters'; readonly options: ClustersOptions }
  | { readonly type: 'explain'; readonly options: ExplainOptions }
  | { readonly type: 'report'; readonly options: ReportOptions }
  | { readonly type: 'print'; readonly text: string }
  | { readonly type: 'usage-error'; readonly message: string };

const mistaken = (mistake: string): Command => ({ type: 'usage-error', message: `${mistake}; see leafwatch --help` });

/** Reads the command line: `argv` without the program's own name. */
export const parseCommand = (argv: readonly string[], env: NodeJS.ProcessEnv): Command => {
  const [command, ...rest] = argv;
  const asksForHelp =
    command === undefined || command === 'help' || argv.some((arg) => arg === '--help' || arg === '-h');
  if (asksForHelp) return { type: 'print', text: help(argv) };
  if (command === 'version' || command === '--version') return { type: 'print', text: `leafwatch ${version}\n` };
  switch (command) {
    case 'clusters': {
      const options = parseClustersOptions(rest, env);
      return 'usageError' in options ? mistaken(options.usageError) : { type: 'clusters', options };
    }
    case 'explain': {
      const options = parseExplainOptions(rest, env);
      return 'usageError' in options ? mistaken(options.usageError) : { type: 'explain', options };
    }
    case 'report': {
      const options = parseReportOptions(rest, env);
      return 'usageError' in options ? mistaken(options.usageError) : { type: 'report', options };
    }
    case 'run': {
      const settings = parseSettings(rest, env);
      return 'usageError' in settings ? mistaken(settings.usageError) : { type: 'run', settings };
    }
    default:
      return mistaken(`unknown command ${JSON.stringify(command)}`);
  }
};
