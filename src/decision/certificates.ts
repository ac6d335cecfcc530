import { clusterTitle, type CertificateEnd, type ClusterKey } from '../model/cluster.ts';
import { formatTime } from '../model/time.ts';
import type { World } from '../model/world.ts';
import type { EnvironmentSurvey } from './survey.ts';

/** How long before its end a certificate is warned of. */
const warnBefore = 30 * 24 * 3_600_000;

/** The certificates of clusters that a Pipeline uses: what there is to warn of, and when that changes by itself (milliseconds). */
export interface CertificateWarnings {
  readonly messages: readonly string[];
  readonly until: number | undefined;
}

/** Looks at the certificates in the kubeconfigs of all clusters that a Pipeline's targets name. */
export const certificateWarnings = (
  surveys: readonly Pick<EnvironmentSurvey, 'targets'>[],
  world: Pick<World, 'certificates'>,
  now: number,
): CertificateWarnings => {
  const ending = new Map<ClusterKey, readonly CertificateEnd[]>();
  for (const { targets } of surveys)
    for (const { cluster } of targets) {
      const certificates = world.certificates(cluster);
      if (certificates.length > 0) ending.set(cluster, certificates);
    }
  const all = [...ending].flatMap(([cluster, certificates]) =>
    certificates.map((certificate) => ({ cluster, certificate })),
  );
  const ends = all.map(({ certificate }) => certificate.end);
  const changes = ends.flatMap((end) => [end - warnBefore, end]).filter((time) => time > now);
  return {
    messages: all
      .filter(({ certificate }) => certificate.end - warnBefore <= now)
      .sort((one, other) => one.certificate.end - other.certificate.end)
      .map(({ cluster, certificate }) => warning(cluster, certificate, now)),
    until: changes.length > 0 ? Math.min(...changes) : undefined,
  };
};

const warning = (cluster: ClusterKey, { of, end, secret }: CertificateEnd, now: number): string =>
  `the ${of} for ${clusterTitle(cluster)} ${end <= now ? 'has ended' : 'ends'} at ${formatTime(end)}: renew the kubeconfig in Secret ${secret}`;
