import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// client-node has methods for every call of the Kubernetes API, in three layers, and a class for every type, made at each
// start. That is 1.5 MB of source, 20 MB of memory and 50 ms; we make eight calls. So only the calls that `src/kube` makes
// are kept, known by their names, and the types that these calls speak of. What does not look as expected is kept too.
const generated = join(dirname(fileURLToPath(import.meta.resolve('@kubernetes/client-node'))), 'gen');
const callers = fileURLToPath(new URL('../../src/kube', import.meta.url));

const textOf = (...path) => readFile(join(...path), 'utf8');
const namesIn = (text, pattern) => new Set(Array.from(text.matchAll(pattern), ([, name]) => name));

const keepMethods = (text, calls) =>
  text.replace(/^ {4}(?:async )?(\w+)\([^]*?^ {4}\}\n/gm, (method, name) =>
    name === 'constructor' || calls.has(name.replace(/WithHttpInfo$/, '')) ? method : '',
  );

const keepModels = (text, models) =>
  text.replace(
    /^(?:export \*|import \{ \w+ \}) from '\.\.\/models\/(\w+)\.js';\n|^ {4}"(\w+)": \2,?\n/gm,
    (line, file, type) => (models.has(file ?? type) ? line : ''),
  );

/** The models that `text` names in quotes, those that these name, and so on. */
const modelsNamedIn = async (text) => {
  const all = new Set((await readdir(join(generated, 'models'))).map((file) => file.replace(/\.js$/, '')));
  const models = new Set(['ObjectSerializer']);
  const add = async (quoting) => {
    const quoted = [...namesIn(quoting, /"([^"]*)"/g)].join(' ');
    for (const name of namesIn(quoted, /(\w+)/g)) {
      if (!all.has(name) || models.has(name)) continue;
      models.add(name);
      await add(await textOf(generated, 'models', `${name}.js`));
    }
  };
  await add(text);
  return models;
};

const readCallers = async () => {
  const files = (await readdir(callers, { recursive: true })).filter((file) => file.endsWith('.ts'));
  return (await Promise.all(files.map((file) => textOf(callers, file)))).join('\n');
};

/** An esbuild plugin that leaves out of client-node's generated code what `src/kube` does not call. */
export const narrowClientNode = {
  name: 'narrow-client-node',
  setup: async (build) => {
    const code = await readCallers();
    const calls = namesIn(code, /\.(\w+)\(/g);
    const apis = [...namesIn(code, /\b(\w+Api)\b/g)].map((api) =>
      textOf(generated, 'apis', `${api}.js`).catch(() => ''),
    );
    const models = await modelsNamedIn(keepMethods((await Promise.all(apis)).join('\n'), calls));
    const narrow = (filter, keep) =>
      build.onLoad({ filter }, async ({ path }) => ({ contents: keep(await textOf(path)) }));
    narrow(/client-node\/dist\/gen\/(apis|types)\/\w+A(pi|PI)\.js$/, (text) => keepMethods(text, calls));
    narrow(/client-node\/dist\/gen\/models\/(all|ObjectSerializer)\.js$/, (text) => keepModels(text, models));
  },
};
