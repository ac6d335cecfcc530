import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';

/** A rule that is broken on purpose: in `file`, under `src`, the one `text` becomes `instead`. */
export interface Mutant {
  readonly file: string;
  readonly breaks: string;
  readonly text: string;
  readonly instead: string;
}

const Mutants = z.record(
  z.string(),
  z.array(z.strictObject({ breaks: z.string().min(1), text: z.string().min(1), instead: z.string() })).min(1),
);

/** All mutants, in the order of the file. */
export const readMutants = async (): Promise<readonly Mutant[]> => {
  const text = await readFile(new URL('mutants.yaml', import.meta.url), 'utf8');
  return Object.entries(Mutants.parse(parse(text))).flatMap(([file, mutants]) =>
    mutants.map((mutant) => ({ file, ...mutant })),
  );
};

/** The source with the mutant's change. Throws where its text does not stand there, or more than once. */
export const mutated = (source: string, { file, breaks, text, instead }: Mutant): string => {
  const [before, after, ...more] = source.split(text);
  if (before === undefined || after === undefined || more.length > 0)
    throw new Error(
      `the mutant "${breaks}" looks for a text in src/${file} that is not there, or not there once: ${text}\nThe code has changed: write into test/mutants/mutants.yaml what breaks that rule now.`,
    );
  return before + instead + after;
};
