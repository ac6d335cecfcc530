import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type PeerCertificate } from 'node:tls';
import { certificateIn } from '../../src/http/certificate.ts';
import { listen, type Listening } from '../../src/http/server.ts';
import { FailureError } from '../../src/model/failure.ts';
import { createCertificate } from '../../src/sandbox/api-server/certificate.ts';
import { eventually } from '../support/eventually.ts';

type Pair = Awaited<ReturnType<typeof createCertificate>>;

describe('certificateIn', () => {
  let directory: string;
  let server: Listening | undefined;
  const troubles: string[] = [];
  const pairs: Pair[] = [];
  const [cert, key] = ['tls.crt', 'tls.key'];

  before(async () => {
    for (let made = 0; made < 3; made += 1) pairs.push(await createCertificate());
  });
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'leafwatch-certificate-'));
    troubles.length = 0;
  });
  afterEach(async () => {
    await server?.close();
    server = undefined;
    await rm(directory, { recursive: true });
  });

  const write = async (pair: Pair, into = directory) => {
    await writeFile(join(into, cert), pair.cert);
    await writeFile(join(into, key), pair.key);
  };
  const open = (where = directory) =>
    certificateIn(join(where, cert), join(where, key), (trouble) => troubles.push(trouble), 20);
  const serve = async () => {
    server = await listen('127.0.0.1:0', (_, response) => response.end('hello'), { certificate: open() });
    return Number(new URL(server.url).port);
  };
  /** The fingerprint of what a new connection is shown. */
  const shown = async (port: number): Promise<string> => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    const certificate: PeerCertificate = socket.getPeerCertificate();
    socket.destroy();
    return certificate.raw.toString('base64');
  };
  const bytes = ({ cert: pem }: Pair) => pem.replace(/-----[^-]+-----/g, '').replace(/\s/g, '');

  it('serves TLS by the pair in the files', async () => {
    await write(pairs[0]!);
    const port = await serve();
    assert.match(server?.url ?? '', /^https:/);
    assert.equal(await shown(port), bytes(pairs[0]!));
  });

  it('shows new connections a pair that replaces it, and keeps those that are open', async () => {
    await write(pairs[0]!);
    const port = await serve();
    const before = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
    await once(before, 'secureConnect');
    await write(pairs[1]!);
    await eventually(async () => assert.equal(await shown(port), bytes(pairs[1]!)));
    before.write('GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
    const [answer] = (await once(before, 'data')) as [Buffer];
    assert.match(answer.toString(), /^HTTP\/1\.1 200 /);
    before.destroy();
  });

  it('follows the link that Kubernetes turns when the Secret changes', async () => {
    // A mounted Secret: tls.crt -> ..data/tls.crt, ..data -> ..2026_01, and `..data` is replaced by a rename.
    for (const [index, name] of ['..2026_01', '..2026_02'].entries()) {
      await mkdir(join(directory, name));
      await write(pairs[index]!, join(directory, name));
    }
    await symlink('..2026_01', join(directory, '..data'));
    for (const file of [cert, key]) await symlink(join('..data', file), join(directory, file));
    const port = await serve();
    assert.equal(await shown(port), bytes(pairs[0]!));
    await symlink('..2026_02', join(directory, '..data_tmp'));
    await rename(join(directory, '..data_tmp'), join(directory, '..data'));
    await eventually(async () => assert.equal(await shown(port), bytes(pairs[1]!)));
    assert.deepEqual(troubles, []);
  });

  const unfit: Readonly<Record<string, () => Promise<void>>> = {
    'is no certificate': () => writeFile(join(directory, cert), 'half a certif'),
    'belongs to another key': () => writeFile(join(directory, key), pairs[2]!.key),
    'is gone': () => rm(join(directory, cert)),
  };
  for (const [name, spoil] of Object.entries(unfit))
    it(`keeps the one before when what replaces it ${name}, says so, and takes the next that fits`, async () => {
      await write(pairs[0]!);
      const port = await serve();
      await spoil();
      await eventually(() => assert.ok(troubles.length > 0));
      assert.match(troubles[0]!, /tls\.crt .*tls\.key/);
      assert.match(troubles[0]!, /cannot be used: .*; the one before stays in use$/);
      assert.ok(!troubles.join('\n').includes('PRIVATE KEY'));
      assert.equal(await shown(port), bytes(pairs[0]!));
      await write(pairs[1]!);
      await eventually(async () => assert.equal(await shown(port), bytes(pairs[1]!)));
    });

  it('does not start without the files, or with two that do not fit, and names them', async () => {
    const refused = (error: unknown) =>
      error instanceof FailureError &&
      error.failure.remedy === 'give-up' &&
      error.failure.reason === 'CertificateUnusable' &&
      error.message.includes(join(directory, cert)) &&
      error.message.includes(join(directory, key));
    await assert.rejects(serve(), refused);
    await write({ cert: pairs[0]!.cert, key: pairs[1]!.key });
    await assert.rejects(serve(), refused);
  });

  it('looks at the files no more once the server is closed', async () => {
    await write(pairs[0]!);
    await serve();
    await server?.close();
    server = undefined;
    const [ended, witnessed]: [unknown[], unknown[]] = [[], []];
    const end = open().onChange((pair) => ended.push(pair));
    const stop = open().onChange((pair) => witnessed.push(pair));
    end();
    for (const [index, pair] of [pairs[1]!, pairs[2]!].entries()) {
      await write(pair);
      await eventually(() => assert.ok(witnessed.length > index));
    }
    stop();
    assert.deepEqual(ended, []);
  });
});
