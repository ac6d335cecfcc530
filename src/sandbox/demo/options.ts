import { parseArgs } from 'node:util';
import { parseDuration } from '../../model/duration.ts';

export interface DemoOptions {
  /** Whether to stop when the story has ended. */
  readonly exit: boolean;
  /** Whether people do the merging and approving. */
  readonly handsOff: boolean;
  /** How long the story may take, in milliseconds; no limit when people have a part in it. */
  readonly timeout: number | undefined;
  /** The program to run instead of the one that is built. */
  readonly controller: string | undefined;
}

export const usage = `Usage: ./scripts/demo [flags]

Starts a management cluster, four leaf clusters with Flux, a config repository and a forge on this machine, and runs
Leafwatch on them: a new version goes from dev by way of staging to production.

  --exit               Stop when the story has ended: exit code 0 only if every promotion happened.
  --hands-off          Merge and approve yourself: the demo says how.
  --timeout <duration> How long the story may take (default 60s; no limit with --hands-off).
  --controller <file>  Run this program instead of building dist/leafwatch.mjs.
  --help               Show this.
`;

const flags = {
  exit: { type: 'boolean', default: false },
  'hands-off': { type: 'boolean', default: false },
  timeout: { type: 'string' },
  controller: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

const firstSentence = (error: unknown) =>
  (error instanceof Error ? error.message : String(error)).split(/[.\n]( |$)/)[0] ?? '';

/** What the command line asks for, or the first mistake in it. */
export const parseOptions = (argv: readonly string[]): DemoOptions | 'help' | { readonly mistake: string } => {
  try {
    const { values } = parseArgs({ args: [...argv], options: flags, strict: true, allowPositionals: false });
    if (values.help) return 'help';
    const handsOff = values['hands-off'];
    const given = values.timeout === undefined ? undefined : parseDuration(values.timeout);
    if (values.timeout !== undefined && !given)
      return { mistake: '--timeout must be a duration above zero, such as 90s or 2m' };
    const timeout = given ?? (handsOff ? undefined : 60_000);
    return { exit: values.exit, handsOff, timeout, controller: values.controller };
  } catch (error) {
    return { mistake: firstSentence(error) };
  }
};
