import { z } from 'zod';
import { flagName } from '../flags.ts';
import { Flags } from '../settings.ts';
import { ClustersFlags } from './clusters-flags.ts';
import { ExplainFlags } from './explain-flags.ts';
import { ReportFlags } from './report-flags.ts';

const FlagHelp = z.object({
  description: z.string(),
  default: z.string().optional(),
  enum: z.array(z.string()).optional(),
  value: z.string().optional(),
  env: z.string().optional(),
  operand: z.boolean().optional(),
});
const FlagsHelp = z.object({ properties: z.record(z.string(), FlagHelp) });

const flagsOf: Readonly<Record<string, z.ZodObject>> = {
  run: Flags,
  clusters: ClustersFlags,
  explain: ExplainFlags,
  report: ReportFlags,
};

/** What `leafwatch --help` says: the commands, and every flag with its value and default; where `argv` names a command, its flags alone. */
export const help = (argv: readonly string[]): string => {
  const command = argv.find((arg) => Object.hasOwn(flagsOf, arg));
  return `Promotes Flux HelmReleases from environment to environment, from what it sees running in every cluster.

Usage:
  leafwatch run [flags]         run the controller
  leafwatch clusters [flags]    say of every cluster whether it answers; exit code 1 when one does not
  leafwatch explain <pipeline>  say of each environment what it waits for, and how that was decided
  leafwatch report [flags]      how often versions come to each environment, how soon, and how often they fail
  leafwatch version             print the version
  leafwatch help [command]      print this, or the flags of one command
${Object.entries(flagsOf)
  .filter(([name]) => command === undefined || name === command)
  .map(([name, flags]) => `\nFlags of ${name}:\n${flagsHelp(flags)}\n`)
  .join('')}`;
};

const flagsHelp = (schema: z.ZodObject): string => {
  const { properties } = FlagsHelp.parse(z.toJSONSchema(schema, { io: 'input' }));
  return Object.entries(properties)
    .filter(([, { operand }]) => !operand)
    .map(([property, flag]) => flagHelp(flagName(property), flag))
    .join('\n');
};

const flagHelp = (name: string, flag: z.infer<typeof FlagHelp>): string => {
  const isSwitch = flag.enum?.join() === 'true,false';
  const value = isSwitch ? '' : ` <${flag.enum?.join('|') ?? flag.value ?? 'text'}>`;
  const notes = [
    ...(flag.default === undefined ? [] : [`default ${flag.default}`]),
    ...(flag.env === undefined ? [] : [`env ${flag.env}`]),
  ];
  return `  --${name}${value}\n      ${flag.description}${notes.length > 0 ? ` (${notes.join('; ')})` : ''}`;
};
