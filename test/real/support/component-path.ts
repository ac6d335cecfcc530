export type Component = 'KUBE_APISERVER' | 'ETCD' | 'GITEA' | 'GITEA_STATIC' | 'KUBECTL' | 'PROMETHEUS' | 'PROMTOOL';

/** The path of a real component on this machine, as `scripts/test-real` hands it over; throws with what to run when it is not known. */
export const componentPath = (component: Component): string => {
  const path = process.env[`LEAFWATCH_REAL_${component}`];
  if (!path) {
    throw new Error(
      `LEAFWATCH_REAL_${component} is not set: run these tests with \`npm run test:real\`, which finds or builds it.`,
    );
  }
  return path;
};
