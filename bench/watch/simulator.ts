import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createLeaf, type Leaf } from './simulated-leaf.ts';

const tick = 5;

const kubeconfigOf = ({ certificate, token }: Leaf, port: number): string => {
  const ca = Buffer.from(certificate).toString('base64');
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'leaf',
    clusters: [{ name: 'leaf', cluster: { server: `https://127.0.0.1:${port}`, 'certificate-authority-data': ca } }],
    contexts: [{ name: 'leaf', context: { cluster: 'leaf', user: 'leaf' } }],
    users: [{ name: 'leaf', user: { token } }],
  });
};

const startLeaf = async (
  number: number,
  objects: number,
  folder: string,
  opened: (by: 1 | -1) => void,
): Promise<Leaf> => {
  const name = `leaf-${String(number).padStart(3, '0')}`;
  const leaf = await createLeaf(name, objects);
  leaf.server.on('connection', (socket) => {
    opened(1);
    socket.on('close', () => opened(-1));
  });
  leaf.server.listen(0, '127.0.0.1');
  await once(leaf.server, 'listening');
  await writeFile(join(folder, `${name}.yaml`), kubeconfigOf(leaf, (leaf.server.address() as AddressInfo).port));
  return leaf;
};

/** A fleet of leaf clusters: `--leaves --objects --out --control`; control answers `POST /rate?per-second=N` and `GET /stats`. */
const main = async (): Promise<void> => {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { leaves: text, objects: text, out: text, control: text } });
  const { leaves: count = '10', objects = '100', out = 'kubeconfigs', control = '127.0.0.1:19999' } = values;
  let open = 0;
  await mkdir(out, { recursive: true });
  const leaves: Leaf[] = [];
  for (let number = 0; number < Number(count); number += 1)
    leaves.push(await startLeaf(number, Number(objects), out, (by) => (open += by)));

  let perSecond = 0;
  let due = 0;
  setInterval(() => {
    for (due += (perSecond * tick) / 1000; due >= 1; due -= 1) {
      const leaf = leaves[Math.floor(Math.random() * leaves.length)];
      leaf?.upgrade(Math.floor(Math.random() * Number(objects)));
    }
  }, tick);

  const [host, port] = control.split(':');
  createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://control');
    if (pathname === '/rate') perSecond = Number(searchParams.get('per-second'));
    response.end(JSON.stringify({ connections_open: open }));
  }).listen(Number(port), host);
};

await main();
