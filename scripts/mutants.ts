import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { mutated, readSubjects, type Mutant, type Subject } from '../test/mutants/read-mutants.ts';

/** Breaks each rule of test/mutants, or those whose subject, file or name holds the given text, in a copy of the project and runs the specs of its subject: one must fail. */

const root = fileURLToPath(new URL('..', import.meta.url));
/** Random worlds for those that no table kills. */
const seeds = '20';
const patience = 240_000;

/** The first test that fails, `undefined` when none does. */
type Run = (specs: readonly string[]) => Promise<string | undefined>;

const runIn =
  (directory: string): Run =>
  async (specs) => {
    const result = join(directory, 'result.json');
    await rm(result, { force: true });
    const options = ['--bail', '--reporter', 'json', '--reporter-option', `output=${result}`];
    const ended = await new Promise<boolean>((resolve) => {
      // Not the command itself, which starts a process of its own that would outlive an end by force.
      const mocha = ['--import=tsx', join(root, 'node_modules/mocha/lib/cli/cli.js'), ...options, ...specs];
      const env = { ...process.env, LEAFWATCH_SEEDS: seeds };
      execFile(
        process.execPath,
        mocha,
        { cwd: directory, env, timeout: patience, killSignal: 'SIGKILL', maxBuffer: Infinity },
        (error) => resolve(error?.killed !== true),
      );
    });
    if (!ended) return 'none ends';
    const text = await readFile(result, 'utf8').catch(() => '');
    if (text === '') return 'none can be set up';
    const { failures } = JSON.parse(text) as { readonly failures: readonly { readonly fullTitle: string }[] };
    return failures[0]?.fullTitle;
  };

const openWorkshop = async () => {
  const directory = await mkdtemp(join(tmpdir(), 'leafwatch-mutants-'));
  for (const part of ['src', 'test', 'manifests', 'package.json', 'tsconfig.json', '.mocharc.json'])
    await cp(join(root, part), join(directory, part), { recursive: true });
  await symlink(join(root, 'node_modules'), join(directory, 'node_modules'));
  const run = runIn(directory);
  return {
    run,
    kill: async (mutant: Mutant, specs: readonly string[]): Promise<string | undefined> => {
      const file = join(directory, 'src', mutant.file);
      const source = await readFile(file, 'utf8');
      await writeFile(file, mutated(source, mutant));
      const killer = await run(specs);
      await writeFile(file, source);
      return killer;
    },
    close: () => rm(directory, { recursive: true, force: true }),
  };
};

type Killed = ReadonlyMap<Mutant, string | undefined>;

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');

const page = join(root, 'test/mutants/README.md');
const rowOf = ({ breaks, file }: Mutant): string => `| ${breaks} | \`src/${file}\` | `;

/** The tables with what this run has found; the other rows stay as they were. */
const tablesWith = async (subjects: readonly Subject[], killed: Killed): Promise<string> => {
  const known = (await readFile(page, 'utf8').catch(() => '')).split('\n').map((line) => line.replaceAll(/ +/g, ' '));
  const row = (mutant: Mutant): string => {
    const start = rowOf(mutant);
    const kept = known.find((line) => line.startsWith(start)) ?? `${start}not tried yet |`;
    return killed.has(mutant) ? `${start}${cell(killed.get(mutant) ?? '**nothing**')} |` : kept;
  };
  const tables = subjects.flatMap(({ name, mutants }) => [
    `## The rules of ${name}`,
    '',
    `${mutants.length} rules, and for each the first test that fails without it. The changes are in [${name}.yaml](${name}.yaml).`,
    '',
    '| without the rule that | in | this fails |',
    '|---|---|---|',
    ...mutants.map(row),
    '',
  ]);
  return [
    '# The rules, broken one by one',
    '',
    '`npm run test:mutants` breaks each rule in a copy of the project, runs the specs of its subject until one fails (`none can be set up`: already what they begin with), and writes these tables.',
    '',
    ...tables,
  ].join('\n');
};

const [wanted = ''] = process.argv.slice(2);
const subjects = await readSubjects();
const tasks = subjects.flatMap(({ name, specs, mutants }) =>
  mutants
    .filter(({ file, breaks }) => `${name}: ${file}: ${breaks}`.includes(wanted))
    .map((mutant) => ({ mutant, specs })),
);
const [first, second] = await Promise.all([openWorkshop(), openWorkshop()]);
const workshops = [first, second];
const killed = new Map<Mutant, string | undefined>();
try {
  for (const specs of new Set(tasks.map(({ specs }) => specs))) {
    const broken = await first.run(specs);
    if (broken !== undefined) throw new Error(`the specs fail without a mutant: ${broken}`);
  }
  const queue = tasks.values();
  await Promise.all(
    workshops.map(async ({ kill }) => {
      for (const { mutant, specs } of queue) {
        const killer = await kill(mutant, specs);
        killed.set(mutant, killer);
        console.log(`${killer === undefined ? 'SURVIVED' : 'killed'}  ${mutant.file}: ${mutant.breaks}`);
      }
    }),
  );
} finally {
  await Promise.all(workshops.map(({ close }) => close()));
}
const survivors = [...killed.values()].filter((killer) => killer === undefined).length;
console.log(`${killed.size - survivors} of ${killed.size} killed`);
await writeFile(page, await format(await tablesWith(subjects, killed), { parser: 'markdown' }));
if (survivors > 0) process.exitCode = 1;
