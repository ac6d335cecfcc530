import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { explainTree } from '../../src/cli/explain-tree.ts';
import { explanation } from '../../src/cli/explanation.ts';
import { decide } from '../../src/decision/decide.ts';
import type { Fact } from '../../src/model/fact.ts';
import { isReadable, type Pipeline } from '../../src/model/pipeline.ts';
import { readPipeline } from '../../src/model/read-pipeline.ts';
import { formatTime } from '../../src/model/time.ts';
import { startApiServer, type ApiServer } from '../../src/sandbox/api-server/start-api-server.ts';
import { createKubeClient, type KubeClient } from '../../src/sandbox/kube-client.ts';
import { connect } from '../contract/connect.ts';
import { aHelmRelease, minutes, start } from '../support/builders.ts';
import { fencedBlocks } from '../support/fenced-blocks.ts';
import { retryDelays, worldOf } from '../support/given.ts';

const read = (path: string): Promise<string> => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');
const path = '/apis/pipelines.weave.works/v1alpha1/namespaces/podinfo/pipelines';

interface Table {
  readonly columnDefinitions: readonly { readonly name: string; readonly priority: number }[];
  readonly rows: readonly { readonly cells: readonly unknown[] }[];
}

/** A Table as kubectl prints it without `-o wide`; every age is twelve minutes. */
const printed = ({ columnDefinitions, rows }: Table): string => {
  const shown = [...columnDefinitions.entries()].filter(([, { priority }]) => priority === 0);
  const lines = [
    shown.map(([, { name }]) => name.toUpperCase()),
    ...rows.map(({ cells }) => shown.map(([index, { name }]) => (name === 'Age' ? '12m' : String(cells[index])))),
  ];
  const widths = shown.map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)) + 3);
  const padded = lines.map((line) => line.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(''));
  return padded.map((line) => `${line.trimEnd()}\n`).join('');
};

const runs = (cluster: string, revision: string): Fact => ({
  type: 'releases-listed',
  cluster: `leafwatch-system/${cluster}`,
  releases: [aHelmRelease({ revision })],
  at: start,
});

describe('README.md', () => {
  let document: string;
  let server: ApiServer;
  let client: KubeClient;
  let pipeline: Pipeline;

  before(async () => {
    document = await read('README.md');
    server = await startApiServer({ crds: [parse(await read('manifests/crd.yaml')) as object] });
    client = createKubeClient(server);
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'podinfo' } };
    await client.apply('/api/v1/namespaces/podinfo', namespace, 'tester');
    const object = fencedBlocks(document, 'yaml')
      .map((block) => parse(block) as { kind?: string })
      .find(({ kind }) => kind === 'Pipeline');
    const seen = readPipeline(await client.apply(`${path}/podinfo`, object ?? {}, 'tester'));
    assert.ok(isReadable(seen));
    const world = worldOf([runs('dev', '6.1.5'), runs('prod-eu', '6.1.4'), runs('prod-us', '6.1.4')]);
    const { status } = decide(seen, world, retryDelays, start);
    await client.patch(`${path}/podinfo/status`, { status }, 'leafwatch');
    pipeline = { ...seen, status };
  });
  after(async () => {
    client.close();
    await server.close();
  });

  const shownFor = (command: string): string => {
    const found = fencedBlocks(document, 'text').find((block) => block.startsWith(`$ ${command}\n`));
    assert.ok(found, `no block shows what ${command} prints`);
    return found.slice(found.indexOf('\n') + 1);
  };

  it('shows what kubectl prints of its Pipeline', async () => {
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
    const table = (await connect(server).get(path, { accept })).value as Table;
    assert.equal(printed(table), shownFor('kubectl -n podinfo get pipelines'));
  });

  it('shows what leafwatch explain prints of it on a terminal', () => {
    const asked = { pipeline, changedAt: formatTime(start) };
    const explained = explanation(asked, { environment: 'prod', delays: retryDelays }, minutes(12));
    const drawn = explainTree(explained, { terminal: true, now: minutes(12) });
    const shown = shownFor('leafwatch explain podinfo -n podinfo -e prod');
    assert.equal(drawn.replaceAll(/\p{Cc}\[\d+m/gu, ''), shown);
  });
});
