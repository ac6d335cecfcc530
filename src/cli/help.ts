import { z } from 'zod';
import { flagName, Flags } from '../settings.ts';

const FlagHelp = z.object({
  description: z.string(),
  default: z.string().optional(),
  enum: z.array(z.string()).optional(),
  value: z.string().optional(),
  env: z.string().optional(),
});
const FlagsHelp = z.object({ properties: z.record(z.string(), FlagHelp) });

/** What `leafwatch --help` says: the commands, and every flag with its value and default. */
export const help = (): string => {
  const { properties } = FlagsHelp.parse(z.toJSONSchema(Flags, { io: 'input' }));
  const flags = Object.entries(properties).map(([property, flag]) => flagHelp(flagName(property), flag));
  return `Promotes Flux HelmReleases from environment to environment, from what it sees running in every cluster.

Usage:
  leafwatch run [flags]    run the controller
  leafwatch version        print the version
  leafwatch help           print this

Flags of run:
${flags.join('\n')}
`;
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
