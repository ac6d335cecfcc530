import { join } from 'node:path';

/**
 * Parts of libraries that the program never reaches, and that cost memory and start-up time only by being there. What is
 * reached all the same throws, and says so.
 */
const unreached = {
  // Our own transport carries client-node's calls.
  undici: ['fetch', 'Agent', 'ProxyAgent'],
  // For exec, attach, port-forward and copy.
  'isomorphic-ws': ['default'],
  'tar-fs': ['default'],
};

const stub = (library, names) =>
  names
    .map((name) => {
      const exported = name === 'default' ? 'export default function' : `export function ${name}`;
      return `${exported}() { throw new Error('${library} is left out of this bundle'); }`;
    })
    .join('\n');

/** An esbuild plugin that leaves out what is never reached. */
export const leaveOut = {
  name: 'leave-out',
  setup(build) {
    const libraries = new RegExp(`^(${Object.keys(unreached).join('|')})$`);
    build.onResolve({ filter: libraries }, ({ path }) => ({ path, namespace: 'left-out', sideEffects: false }));
    build.onLoad({ filter: /./, namespace: 'left-out' }, ({ path }) => ({ contents: stub(path, unreached[path]) }));
    // zod speaks fifty languages; we speak one.
    build.onLoad({ filter: /node_modules\/zod\/v4\/locales\/index\.js$/ }, ({ path }) => ({
      contents: 'export { default as en } from "./en.js";',
      resolveDir: join(path, '..'),
    }));
  },
};
