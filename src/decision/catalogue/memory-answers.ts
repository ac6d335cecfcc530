import { formatTime } from '../../model/time.ts';
import { hold, wait } from './entry.ts';
import { at, pullRequest, reconcile, retry, revision, source, startedAt, until } from './example-facts.ts';

/** What an environment answers from its memory: what has become of the promotion of the version, and who goes on with it. */
export const memoryAnswers = {
  Rejecting: wait<{ revision: string; environment: string; trouble: string | undefined }>({
    turn: 'leafwatch',
    meaning: 'A person has rejected the version while its pull request may be open: that is being closed.',
    glance: '⏳ closing',
    example: { ...at, trouble: undefined },
    text: (facts) =>
      `${facts.revision} was rejected for ${facts.environment}: its pull request is being closed${facts.trouble === undefined ? '' : ` (${facts.trouble})`}`,
  }),
  Rejected: hold({
    turn: 'operator',
    meaning: 'A person has rejected the version for this environment. The next one is promoted again.',
    glance: '✗ rejected',
    example: { ...at, retry },
    text: (facts) =>
      `${facts.revision} was rejected for ${facts.environment}; the next version is promoted again, and this one with: ${facts.retry}`,
  }),
  WaitingItsTurn: wait({
    turn: 'leafwatch',
    meaning:
      'As many promotions as may are with the git host at this moment: the pull request is opened as soon as one of them has ended.',
    glance: '⏳ queued',
    example: { revision, why: 'other promotions are at github.com' },
    text: (facts) => `${facts.revision} waits for its turn: ${facts.why}`,
  }),
  RetryingLater: wait({
    turn: 'leafwatch',
    meaning: 'The last attempt to make the promotion did not succeed: it is made again.',
    glance: '⏳ retrying',
    example: { revision, why: 'the forge answers 502', until },
    text: (facts) => `${facts.revision} waits until ${formatTime(facts.until)}: ${facts.why}`,
  }),
  ToBeMended: wait({
    turn: 'operator',
    meaning:
      'The promotion cannot be made before somebody has mended what the message names. It is tried again by itself, and at once when the Pipeline’s spec has changed.',
    glance: '✗ to be mended',
    example: { revision, why: 'Secret apps/podinfo-forge does not exist: create it', until, command: reconcile },
    text: (facts) =>
      `${facts.revision} is not promoted: ${facts.why}; when that is mended, it goes on at ${formatTime(facts.until)} at the latest, or at once with: ${facts.command}`,
  }),
  PullRequestOpen: wait<{
    revision: string;
    number: number | undefined;
    startedAt: string;
    url: string | undefined;
    /** Why it cannot be followed at the moment. */
    trouble: string | undefined;
  }>({
    turn: 'reviewer',
    meaning: 'The pull request is open: somebody has to merge it.',
    glance: '⏳ review',
    example: {
      revision,
      ...pullRequest,
      startedAt,
      trouble: undefined,
    },
    text: (facts) =>
      `${facts.revision} waits for pull request #${facts.number ?? '?'} to be merged, since ${facts.startedAt}: ${facts.url ?? ''}${facts.trouble === undefined ? '' : `; what has become of it is not known: ${facts.trouble}`}`,
  }),
  PullRequestUnseen: wait<{
    revision: string;
    number: number | undefined;
    startedAt: string;
    url: string | undefined;
    why: string;
  }>({
    turn: 'operator',
    meaning:
      'The pull request is open as far as is known, and cannot be followed before somebody has mended what the message names. It may be merged all the same.',
    glance: '? review',
    example: { revision, ...pullRequest, startedAt, why: 'https://github.com answers 401: the token has expired' },
    text: (facts) =>
      `${facts.revision} waits for pull request #${facts.number ?? '?'}, since ${facts.startedAt}: ${facts.url ?? ''}; it may be merged, and what has become of it is not known before this is mended: ${facts.why}`,
  }),
  StillOpen: hold<{
    revision: string;
    source: string;
    open: string;
    number: number | undefined;
    url: string | undefined;
    reject: string;
  }>({
    turn: 'operator',
    meaning:
      'The environment before has gone back to an older version, which is nothing to be promoted, and the pull request of the version that was taken back is still open.',
    glance: '✗ still open',
    example: {
      revision: '6.1.4',
      source,
      open: revision,
      ...pullRequest,
      reject:
        'kubectl -n apps annotate --overwrite --field-manager=flux-client-side-apply pipeline podinfo pipelines.weave.works/reject.prod=6.1.5',
    },
    text: (facts) =>
      `pull request #${facts.number ?? '?'} for ${facts.open} is still open, though ${facts.source} has gone back to ${facts.revision}: ${facts.url ?? ''}; close it with: ${facts.reject}`,
  }),
  RollingOut: wait({
    turn: 'flux',
    meaning: 'The base branch says the version: Flux has to bring it to every target.',
    glance: '⏳ rollout',
    example: { revision, why: 'podinfo in namespace podinfo of cluster apps/prod: Flux is deploying another version' },
    text: (facts) => `${facts.revision} is merged and rolls out: ${facts.why}`,
  }),
  HandedOver: wait({
    turn: 'receiver',
    meaning: 'An event has told other tooling to make the promotion: what becomes of it shows in the targets.',
    glance: '⏳ handed over',
    example: {
      revision,
      startedAt,
      why: 'podinfo in namespace podinfo of cluster apps/prod: upgraded',
      retry,
    },
    text: (facts) =>
      `${facts.revision} is handed over since ${facts.startedAt}, and has not arrived: ${facts.why}; to have it told again: ${facts.retry}`,
  }),
  PullRequestClosed: hold<{ revision: string; number: number | undefined; retry: string }>({
    turn: 'operator',
    meaning: 'A person has closed the pull request without merging it. The next version is promoted again.',
    glance: '✗ closed',
    example: { revision, number: pullRequest.number, retry },
    text: (facts) =>
      `${facts.revision} is not promoted: pull request #${facts.number ?? '?'} was closed without a merge; the next version is promoted again, and this one with: ${facts.retry}`,
  }),
  PromotionFailed: hold<{
    revision: string;
    environment: string;
    why: string;
    /** When it is tried again by itself, and how a person has it tried at once; what has failed in its destination is not. */
    again: { readonly until: number; readonly command: string } | undefined;
  }>({
    turn: 'operator',
    meaning:
      'The promotion could not be made, or its destination failed on the version. What could not be made is tried again after `--max-retry-delay`, then ever later, after four times as long at most; and at once when the Pipeline’s spec has changed.',
    glance: '✗ failed',
    example: {
      ...at,
      why: 'podinfo in namespace podinfo of cluster apps/prod: Helm upgrade failed: timed out',
      again: undefined,
    },
    text: (facts) =>
      facts.again === undefined
        ? `${facts.revision} has failed in ${facts.environment}: ${facts.why}; mend it there, or promote another version`
        : `${facts.revision} is not promoted: ${facts.why}; when that is mended, it goes on at ${formatTime(facts.again.until)}, or at once with: ${facts.again.command}`,
  }),
  AlreadyPromoted: hold({
    turn: 'operator',
    meaning:
      'The version was promoted into this environment before: there is one pull request for each, unless a person asks for another.',
    glance: '✗ ended',
    example: { revision, state: 'Superseded', retry },
    text: (facts) =>
      `${facts.revision} is not promoted again: ${
        facts.state === 'Superseded'
          ? 'its pull request was closed for a newer version'
          : `its promotion has ended (${facts.state})`
      }; to have another: ${facts.retry}`,
  }),
} as const;
