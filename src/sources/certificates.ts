import { isDeepStrictEqual } from 'node:util';
import { combineLatest, concat, map, NEVER, of, type Observable } from 'rxjs';
import type { CertificateEnd, ClusterKey } from '../model/cluster.ts';
import type { Fact } from '../model/fact.ts';
import { eachEntry } from '../stream/each-entry.ts';
import type { Wanted } from './named-secrets.ts';
import type { RegisteredCluster, Registrations } from './registrations.ts';

/** The certificates in the kubeconfigs of the clusters that targets name, told at each change. */
export const watchCertificates = (
  registrations: Observable<Registrations>,
  named: Observable<Wanted>,
): Observable<Fact> =>
  combineLatest([registrations, named]).pipe(
    map(([{ clusters }, wanted]) => {
      const ends = [...clusters].filter(([cluster]) => wanted.has(cluster));
      return new Map(ends.map(([cluster, registered]) => [cluster, certificatesOf(registered)]));
    }),
    eachEntry<ClusterKey, readonly CertificateEnd[], Fact>({
      open: (cluster, ends) => concat(of(told(cluster, ends)), NEVER),
      closed: (cluster) => told(cluster, []),
      same: isDeepStrictEqual,
    }),
  );

const told = (cluster: ClusterKey, certificates: readonly CertificateEnd[]): Fact => ({
  type: 'cluster-certificates',
  cluster,
  certificates,
});

const certificatesOf = ({ registration }: RegisteredCluster): readonly CertificateEnd[] =>
  registration.type === 'registered' ? registration.certificates : [];
