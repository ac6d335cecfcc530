import { parseArgs } from 'node:util';
import type { z } from 'zod';

/** A command line that cannot be obeyed: one line for the person who typed it. */
export interface UsageError {
  readonly usageError: string;
}

/** `minRetryDelay` → `min-retry-delay` */
export const flagName = (property: string): string =>
  property.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

type Shape = Readonly<Record<string, z.ZodType>>;

/**
 * The values that arguments (`--flag=value`, `--flag value`, `--flag` for yes) and environment say, or the first mistake in them.
 * A property of the schema is a flag; its metadata may name its environment variable (`env`) and its letter (`short`), or say that it
 * is no flag but what the command is about (`operand`).
 */
export const parseFlags = <T extends z.ZodObject>(
  schema: T,
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
): z.infer<T> | UsageError => {
  const shape: Shape = schema.shape;
  const given = textsIn(shape, argv);
  if ('usageError' in given) return given;
  const texts = Object.keys(shape).flatMap((property) => {
    const text = given.values[flagName(property)] ?? fromEnvironment(shape, property, env);
    return text === undefined ? [] : [[property, text] as const];
  });
  const parsed = schema.safeParse(Object.fromEntries(texts));
  return parsed.success ? parsed.data : { usageError: firstMistake(shape, parsed.error) };
};

const textsIn = (
  shape: Shape,
  argv: readonly string[],
): { readonly values: Readonly<Record<string, string | undefined>> } | UsageError => {
  const operand = Object.keys(shape).find((property) => isOperand(shape, property));
  const flags = Object.entries(shape).filter(([property]) => property !== operand);
  const options = Object.fromEntries(
    flags.map(([property, flag]) => {
      const short = flag.meta()?.['short'];
      return [flagName(property), { type: 'string' as const, ...(typeof short === 'string' ? { short } : {}) }];
    }),
  );
  const yesOrNo = Object.entries(shape).filter(([, flag]) => flag.safeParse('true').data === true);
  const switches = new Set(yesOrNo.map(([property]) => `--${flagName(property)}`));
  const args = argv.map((arg) => (switches.has(arg) ? `${arg}=true` : arg));
  try {
    const allowPositionals = operand !== undefined;
    const { values, positionals } = parseArgs({ args, options, strict: true, allowPositionals });
    if (positionals.length > 1) return { usageError: `unexpected ${JSON.stringify(positionals[1])}` };
    return { values: operand === undefined ? values : { ...values, [flagName(operand)]: positionals[0] } };
  } catch (error) {
    return { usageError: firstSentence(error) };
  }
};

const isOperand = (shape: Shape, property: string): boolean => shape[property]?.meta()?.['operand'] === true;

const firstSentence = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split(/[.\n]( |$)/)[0] ?? '';

const fromEnvironment = (shape: Shape, property: string, env: NodeJS.ProcessEnv): string | undefined => {
  const variable = shape[property]?.meta()?.['env'];
  // In small letters too, as everybody else reads the proxies.
  return (typeof variable === 'string' ? env[variable] || env[variable.toLowerCase()] : undefined) || undefined;
};

const firstMistake = (shape: Shape, error: z.ZodError): string => {
  const [issue] = error.issues;
  if (!issue) return error.message;
  const property = String(issue.path[0]);
  return isOperand(shape, property) ? issue.message : `--${flagName(property)} ${issue.message}`;
};
