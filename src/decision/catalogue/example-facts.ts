/** What the examples of the catalogue are about. */
export const since = Date.parse('2026-03-02T09:48:00Z');
export const until = Date.parse('2026-03-02T10:18:00Z');
export const revision = '6.1.5';
export const source = 'staging';
export const environment = 'prod';
export const startedAt = '2026-03-02T09:48:00Z';
export const pullRequest = { number: 7, url: 'https://github.com/org/config/pull/7' };
export const at = { revision, environment };
export const retry =
  'kubectl -n apps annotate --overwrite --field-manager=flux-client-side-apply pipeline podinfo pipelines.weave.works/retry.prod=6.1.5';
export const reconcile =
  'kubectl -n apps annotate --overwrite --field-manager=flux-client-side-apply pipeline podinfo reconcile.fluxcd.io/requestedAt="$(date +%s)"';
