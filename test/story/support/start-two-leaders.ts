import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startController, type Controller } from '../../support/start-controller.ts';
import { eventually } from '../../support/eventually.ts';
import type { Surroundings } from './start-surroundings.ts';
import { startTollgate, throughGate, type Tollgate } from './start-tollgate.ts';
import type { Turnstile, Who } from './turnstile.ts';

/** Two controllers on the same Pipelines that both lead: each has a Lease of its own. */
export interface TwoLeaders {
  /** The forge's address as the first one is to know it; the second one is told another. */
  readonly forgeUrl: string;
  readonly output: () => string;
  /** Lets both end what is under way, and ends them. */
  readonly stop: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const leaseNamespaces = ['leafwatch-system', 'leafwatch-twin'] as const;

/** Until both lead, milliseconds: on a machine that is busy otherwise it takes long. */
const patience = 120_000;

/** Starts both, each with its own gates to the management cluster and the forge, which ask the turnstile. What was started ends again where that fails. */
export const startTwoLeaders = async (
  { directory, management, forge, client }: Surroundings,
  { toll }: Turnstile,
  flags: readonly string[],
): Promise<TwoLeaders> => {
  const metadata = { name: leaseNamespaces[1] };
  await client.apply(`/api/v1/namespaces/${metadata.name}`, { apiVersion: 'v1', kind: 'Namespace', metadata }, 'test');
  const forges = await Promise.all(([0, 1] as const).map((who) => startTollgate(forge, toll(who))));
  const [gates, controllers]: [Tollgate[], Controller[]] = [[...forges], []];
  const [first = '', ...others] = forges.map(({ url }) => new URL(url).host);
  const start = async (who: Who) => {
    const mine = who === 0 ? first : others[0]!;
    // How the gates know whose request it is: the strategy's url is told to each with the port of its own gate.
    const swapped = (host: string) => (host === first ? mine : first);
    const gate = await startTollgate(management, toll(who), (text) =>
      text.replaceAll(new RegExp(`${first}|${mine}`, 'g'), swapped),
    );
    gates.push(gate);
    const kubeconfig = join(directory, `kubeconfig-${who}`);
    await writeFile(kubeconfig, throughGate(management, gate));
    const controller = await startController([
      ...[`--kubeconfig=${kubeconfig}`, `--cache-dir=${join(directory, `cache-${who}`)}`, '--min-retry-delay=50ms'],
      ...[`--namespace=${leaseNamespaces[who]}`, `--registration-namespaces=${leaseNamespaces[0]}`, ...flags],
    ]);
    controllers.push(controller);
    await eventually(
      () => {
        if (!controller.lines.some(({ msg }) => msg === 'leading')) throw new Error(`${who} does not lead`);
      },
      { timeout: patience },
    );
  };
  const close = async () => {
    await Promise.all(controllers.map((controller) => controller.kill()));
    await Promise.all(gates.map((gate) => gate.close()));
  };
  try {
    await start(0);
    await start(1);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    forgeUrl: forges[0]!.url,
    output: () => controllers.map((controller) => controller.output()).join('\n--- the other one\n'),
    stop: async () => {
      await Promise.all(controllers.map((controller) => controller.stop()));
    },
    close,
  };
};
