import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createCertificate } from '../../../src/sandbox/api-server/certificate.ts';
import { componentPath } from './component-path.ts';
import { freePort } from './free-port.ts';
import { requestJson } from './request-json.ts';
import { startProcess } from './start-process.ts';

export type ApiServerOptions = {
  readonly name: string;
  readonly etcdUrl: string;
  readonly directory: string;
};

export type RunningApiServer = {
  readonly url: string;
  /** In PEM. */
  readonly ca: string;
  /** Of a user in `system:masters`. */
  readonly adminToken: string;
  readonly pid: () => number;
  /** Ends it at once, as a crash does; open connections break. */
  readonly kill: () => Promise<void>;
  /** Ends it if it runs and starts it again: same address, same certificate, same data. */
  readonly restart: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

const writeFiles = async (directory: string, adminToken: string): Promise<string> => {
  const { cert, key } = await createCertificate();
  const serviceAccounts = generateKeyPairSync('rsa', { modulusLength: 2048 });
  await mkdir(directory);
  const write = (name: string, content: string) => writeFile(join(directory, name), content, { mode: 0o600 });
  await write('tls.crt', cert);
  await write('tls.key', key);
  await write('service-accounts.key', serviceAccounts.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  await write('service-accounts.pub', serviceAccounts.publicKey.export({ type: 'spki', format: 'pem' }).toString());
  await write('tokens.csv', `${adminToken},admin,admin,system:masters\n`);
  return cert;
};

const flags = (directory: string, port: number, { name, etcdUrl }: ApiServerOptions): string[] => [
  `--etcd-servers=${etcdUrl}`,
  `--etcd-prefix=/${name}`,
  '--bind-address=127.0.0.1',
  '--advertise-address=127.0.0.1',
  `--secure-port=${port}`,
  `--tls-cert-file=${join(directory, 'tls.crt')}`,
  `--tls-private-key-file=${join(directory, 'tls.key')}`,
  `--cert-dir=${directory}`,
  `--token-auth-file=${join(directory, 'tokens.csv')}`,
  '--authorization-mode=RBAC',
  `--service-account-issuer=https://${name}.test.invalid`,
  `--service-account-key-file=${join(directory, 'service-accounts.pub')}`,
  `--service-account-signing-key-file=${join(directory, 'service-accounts.key')}`,
  '--service-cluster-ip-range=10.96.0.0/24',
  // The Kubernetes endpoint may not be loopback, and nobody here needs it.
  '--endpoint-reconciler-type=none',
  // It would refuse every pod without a service account controller; tokens work without it.
  '--disable-admission-plugins=ServiceAccount',
];

/** Starts a kube-apiserver with RBAC whose objects are under `/<name>` in etcd, so that several share one; ready means its bootstrap roles are there. */
export const startApiServer = async (options: ApiServerOptions): Promise<RunningApiServer> => {
  const port = await freePort();
  const adminToken = randomUUID();
  const url = `https://127.0.0.1:${port}`;
  const directory = join(options.directory, options.name);
  const ca = await writeFiles(directory, adminToken);
  const start = () =>
    startProcess({
      name: `kube-apiserver-${options.name}`,
      command: componentPath('KUBE_APISERVER'),
      args: flags(directory, port, options),
      directory: options.directory,
      ready: async () => {
        const { status, body } = await requestJson(`${url}/readyz`, {
          ca,
          headers: { authorization: `Bearer ${adminToken}` },
        });
        if (status !== 200) throw new Error(`/readyz answers ${status}: ${String(body)}`);
      },
    });
  let running = await start();
  const restart = async () => {
    await running.kill();
    running = await start();
  };
  return {
    url,
    ca,
    adminToken,
    pid: () => running.pid,
    kill: () => running.kill(),
    stop: () => running.stop(),
    restart,
  };
};
