import { application, first } from './application.ts';
import { releaseFile } from './config-files.ts';
import type { Paint } from './paint.ts';
import type { Stage } from './stage.ts';

/** What one can try while the demo stays. */
export const whatNext = (paint: Paint, { kubeconfig, forge, forgeToken, log }: Stage): string => {
  const [cluster] = first.clusters;
  const clone = forge.url.replace('://', `://you:${forgeToken}@`);
  const command = (text: string) => `  ${paint('cyan', text)}`;
  return [
    '',
    'Everything goes on running until Ctrl-C. What you can do next, in another terminal:',
    '',
    command(`export KUBECONFIG=${kubeconfig}`),
    command('kubectl get pipelines -A -w'),
    command(`kubectl -n ${application} describe pipeline ${application}`),
    command(`node dist/leafwatch.mjs explain ${application} -n ${application}`),
    command('node dist/leafwatch.mjs clusters'),
    command(`tail -f ${log}`),
    command('kubectl --context prod-eu get helmreleases -A'),
    '',
    'Release another version: change it in the file of dev, and see it come by; then you review and approve.',
    '',
    command(`git clone ${clone} config && cd config`),
    command(`sed -i.before 's/version: .*/version: 6.1.6/' ${releaseFile(cluster)}`),
    command(`git commit -am 'feat: podinfo 6.1.6' && git push`),
    '',
    `The pull requests are at ${paint('underline', `${forge.url}/pulls`)}`,
    '',
  ].join('\n');
};
