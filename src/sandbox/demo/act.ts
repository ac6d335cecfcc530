import { annotationOf } from '../../decision/requests.ts';
import { application, first, versions } from './application.ts';
import { releaseFile, releaseText } from './config-files.ts';
import { apiOf, type ForgeClient } from './forge-client.ts';
import type { Happening } from './narrate.ts';
import type { Act } from './next-act.ts';
import { pipelinePath } from './observe.ts';
import type { Stage } from './stage.ts';

const person = (who: string, text: string): Happening => ({ who, text, tone: 'person' });

/** What is told when people act. */
export const announcementOf = (act: Act): Happening => {
  switch (act.type) {
    case 'release':
      return person('developer', `releases ${application} ${versions.released} to ${first.name}, by a commit`);
    case 'merge':
      return person('reviewer', `merges pull request #${act.pullRequest.number}`);
    case 'approve':
      return person('operator', `approves ${act.revision} for ${act.environment}, by an annotation on the Pipeline`);
  }
};

/** How to do it oneself. */
export const instructionFor = (act: Act, { forge, forgeToken, kubeconfig }: Stage): Happening => {
  switch (act.type) {
    case 'release':
      return person('you', `release ${versions.released} to ${first.name}`);
    case 'merge': {
      const { number, url } = act.pullRequest;
      const command = `curl -X PUT -H 'Authorization: Bearer ${forgeToken}' ${apiOf(forge.url)}/pulls/${number}/merge`;
      return person('you', `merge it at ${url} or by\n${command}`);
    }
    case 'approve': {
      const { environment, revision } = act;
      const annotation = `${annotationOf('approve', environment)}=${revision}`;
      const annotate = 'annotate --overwrite --field-manager=flux-client-side-apply';
      const command = `kubectl --kubeconfig ${kubeconfig} -n ${application} ${annotate} pipeline ${application} ${annotation}`;
      return person('you', `approve ${revision} for ${environment} by\n${command}`);
    }
  }
};

/** Does it, by the means that people have: a commit, the forge's API, an annotation. */
export const perform = async (act: Act, { management, repository }: Stage, forge: ForgeClient): Promise<void> => {
  switch (act.type) {
    case 'release': {
      const files = Object.fromEntries(
        first.clusters.map((cluster) => [releaseFile(cluster), releaseText(first.name, versions.released)]),
      );
      await repository.commit(files, `feat(${first.name}): ${application} ${versions.released}`);
      return;
    }
    case 'merge':
      return forge.merge(act.pullRequest.number);
    case 'approve': {
      const annotations = { [annotationOf('approve', act.environment)]: act.revision };
      await management.client.patch(pipelinePath, { metadata: { annotations } }, 'kubectl-annotate');
    }
  }
};
