#!/usr/bin/env node
// Bundles the program to one file that needs nothing but Node, and says what its size is made of.
import { chmod } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { gitWorker } from './build/git-worker.mjs';
import { leaveOut } from './build/leave-out.mjs';
import { narrowClientNode } from './build/narrow-client-node.mjs';

const outfile = 'dist/leafwatch.mjs';

const { metafile } = await build({
  absWorkingDir: fileURLToPath(new URL('..', import.meta.url)),
  entryPoints: ['src/main.ts'],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  // Names stay, so that a stack trace says where it was.
  minifySyntax: true,
  minifyWhitespace: true,
  define: await gitWorker(),
  sourcemap: process.argv.includes('--sourcemap') ? 'external' : false,
  legalComments: 'none',
  metafile: true,
  // For Node, rxjs offers CommonJS, of which nothing can be left out: 150 KB, 6 MB of memory and 15 ms more.
  alias: { rxjs: './node_modules/rxjs/dist/esm/index.js' },
  plugins: [leaveOut, narrowClientNode],
  banner: {
    // Libraries in CommonJS ask for Node's own modules by `require`, which ES modules have not.
    js: '#!/usr/bin/env node\nimport { createRequire as __createRequire } from "node:module";\nconst require = __createRequire(import.meta.url);',
  },
});
await chmod(new URL(`../${outfile}`, import.meta.url), 0o755);

const [output] = Object.values(metafile.outputs).filter(({ entryPoint }) => entryPoint);
const sizes = new Map();
for (const [path, { bytesInOutput }] of Object.entries(output.inputs)) {
  const [, library = 'leafwatch'] = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path) ?? [];
  sizes.set(library, (sizes.get(library) ?? 0) + bytesInOutput);
}
const largest = [...sizes].sort(([, a], [, b]) => b - a).slice(0, 6);
const kilobytes = (bytes) => `${Math.round(bytes / 1024)} KB`;
console.log(
  `${outfile} ${kilobytes(output.bytes)} (${largest.map(([name, bytes]) => `${name} ${kilobytes(bytes)}`).join(', ')})`,
);
