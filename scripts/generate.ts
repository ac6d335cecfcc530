// Writes what is generated from the code. With --check it writes nothing, and fails when a committed file differs.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { stringify } from 'yaml';
import { pipelineCrd } from './generate/crd.ts';
import { githubApi } from './generate/github-api.ts';
import { githubGraphql } from './generate/github-graphql.ts';
import { helmReleaseCrd } from './generate/helmrelease-crd.ts';
import { messagesPage } from './generate/messages-page.ts';
import { metricsPage } from './generate/metrics-page.ts';
import { notificationCrds } from './generate/notification-crds.ts';
import { pipelinePage } from './generate/pipeline-page.ts';
import { promotionStatesPage } from './generate/promotion-states-page.ts';

const root = new URL('../', import.meta.url);

/** A page as `npm run format` leaves it. */
const page = async (markdown: string): Promise<string> =>
  format(markdown, { ...(await resolveConfig(new URL('docs/page.md', root))), parser: 'markdown' });

const files: Readonly<Record<string, () => string | Promise<string>>> = {
  'docs/reference/messages.md': () => page(messagesPage()),
  'docs/reference/metrics.md': async () => page(await metricsPage()),
  'docs/reference/pipeline.md': () => page(pipelinePage()),
  'docs/reference/promotion-states.md': () => page(promotionStatesPage()),
  'manifests/crd.yaml': () =>
    `# Generated from src/model by \`npm run generate\`; edit the schemas there.\n${stringify(pipelineCrd(), { lineWidth: 0, aliasDuplicateObjects: false })}`,
  'src/sandbox/helmrelease-crd.yaml': () =>
    `# Generated from @kubernetes-models/flux-cd by \`npm run generate\`.\n${stringify(helmReleaseCrd(), { lineWidth: 0, aliasDuplicateObjects: false })}`,
  'test/fixtures/notification-crds.yaml': () =>
    `# Generated from @kubernetes-models/flux-cd by \`npm run generate\`.\n${notificationCrds()
      .map((crd) => stringify(crd, { lineWidth: 0, aliasDuplicateObjects: false }))
      .join('---\n')}`,
  'src/sandbox/forge/github-api.json': () => `${JSON.stringify(githubApi())}\n`,
  'src/sandbox/forge/github-api.graphql': () => format(githubGraphql(), { parser: 'graphql', printWidth: 120 }),
};

const check = process.argv.includes('--check');
for (const [path, generate] of Object.entries(files)) {
  const file = new URL(path, root);
  const committed = await readFile(file, 'utf8').catch(() => undefined);
  const generated = await generate();
  if (committed === generated) continue;
  if (check) {
    console.error(`${path} differs from what the code says: run \`npm run generate\``);
    process.exitCode = 1;
  } else {
    await mkdir(new URL('.', file), { recursive: true });
    await writeFile(file, generated);
    console.log(`wrote ${path}`);
  }
}
