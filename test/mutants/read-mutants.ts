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

/** What the rules are about (`deciding` is in deciding.yaml), and the specs of which one must fail without each. */
export interface Subject {
  readonly name: string;
  readonly specs: readonly string[];
  readonly mutants: readonly Mutant[];
}

const subjects = {
  deciding: [
    'test/decision/**/*.spec.ts',
    'test/model/cron.spec.ts',
    'test/reconcile*.spec.ts',
    'test/model-based/*.spec.ts',
  ],
  watching: [
    // Mocha takes a comma for the end of a pattern.
    'test/stream/backoff.spec.ts',
    'test/stream/reflect.spec.ts',
    'test/kube/wire/*.spec.ts',
    'test/kube/watch/!(leak|large-release|watch-hostile).spec.ts',
    'test/sources/clusters.spec.ts',
    'test/sources/namespaces.spec.ts',
    'test/sources/sources.spec.ts',
    'test/faults/*.spec.ts',
    'test/kube/watch/watch-hostile.spec.ts',
  ],
};

const Mutants = z.record(
  z.string(),
  z.array(z.strictObject({ breaks: z.string().min(1), text: z.string().min(1), instead: z.string() })).min(1),
);

const readMutants = async (name: string): Promise<readonly Mutant[]> => {
  const text = await readFile(new URL(`${name}.yaml`, import.meta.url), 'utf8');
  return Object.entries(Mutants.parse(parse(text))).flatMap(([file, mutants]) =>
    mutants.map((mutant) => ({ file, ...mutant })),
  );
};

/** All mutants by what they are about, in the order of their files. */
export const readSubjects = (): Promise<readonly Subject[]> =>
  Promise.all(
    Object.entries(subjects).map(async ([name, specs]) => ({ name, specs, mutants: await readMutants(name) })),
  );

/** The source with the mutant's change. Throws where its text does not stand there, or more than once. */
export const mutated = (source: string, { file, breaks, text, instead }: Mutant): string => {
  const [before, after, ...more] = source.split(text);
  if (before === undefined || after === undefined || more.length > 0)
    throw new Error(
      `the mutant "${breaks}" looks for a text in src/${file} that is not there, or not there once: ${text}\nThe code has changed: write into the file of test/mutants what breaks that rule now.`,
    );
  return before + instead + after;
};
