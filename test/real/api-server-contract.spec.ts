import { describeApiServerContract } from '../contract/api-server-contract.ts';
import { startControlPlane } from './support/start-control-plane.ts';

describeApiServerContract('the real kube-apiserver', async () => {
  const { clusters, close } = await startControlPlane({ clusters: ['contract'] });
  const { url, ca, adminToken } = clusters.contract;
  return { url, ca, token: adminToken, close };
});
