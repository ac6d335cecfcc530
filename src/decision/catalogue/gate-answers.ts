import { formatTime } from '../../model/time.ts';
import { hold, wait } from './entry.ts';
import { revision, since, source, until } from './example-facts.ts';

/** What an environment answers where a gate stands in the way. */
export const gateAnswers = {
  Suspended: hold({
    turn: 'operator',
    meaning: 'The Pipeline or the environment is suspended.',
    glance: '⏸ suspended',
    example: { revision, what: 'environment prod' },
    text: (facts) => `${facts.revision} waits: ${facts.what} is suspended`,
  }),
  NoStrategy: hold({
    turn: 'operator',
    meaning: 'The Pipeline does not say how promotions into this environment are made.',
    glance: '✗ no strategy',
    example: { revision },
    text: (facts) => `${facts.revision} is not promoted: the Pipeline names no promotion strategy for this environment`,
  }),
  InvalidField: hold({
    turn: 'operator',
    meaning: 'A gate’s field cannot be understood: nothing is promoted on a guess.',
    glance: '✗ invalid field',
    example: { revision, field: 'versions', problem: '"6.1.x.y" is no semver range' },
    text: (facts) => `${facts.revision} waits: ${facts.field}: ${facts.problem}; correct it`,
  }),
  VersionOutOfRange: hold({
    turn: 'operator',
    meaning: 'The version does not satisfy `versions`. A pre-release does so only where the range names one.',
    glance: '✗ range',
    example: { revision: '7.0.0', range: '>=6.0.0 <7.0.0-0' },
    text: (facts) => `${facts.revision} is not promoted: it does not satisfy versions "${facts.range}"`,
  }),
  Soaking: wait({
    turn: 'time',
    meaning: 'The source has not been healthy on the version for long enough.',
    glance: '⏳ soak',
    example: { revision, source, soak: '30m', since, until },
    text: (facts) =>
      `${facts.revision} waits until ${formatTime(facts.until)}: ${facts.source} must have been healthy for ${facts.soak}, and is since ${formatTime(facts.since)}`,
  }),
  OutsideWindow: wait({
    turn: 'time',
    meaning: 'Promotions may not be made now: a Deny window is on, or no Allow window is.',
    glance: '⏳ window',
    example: { revision, window: 'Allow "0 9 * * 1-5" for 8h, Europe/London', until },
    text: (facts) =>
      `${facts.revision} waits until ${formatTime(facts.until)} for its promotion window (${facts.window})`,
  }),
  NoWindow: hold({
    turn: 'operator',
    meaning: 'By its windows, no promotion may ever be made.',
    glance: '✗ no window',
    example: { revision, window: 'Allow "0 0 30 2 *" for 1h, UTC' },
    text: (facts) => `${facts.revision} is not promoted: its windows never open (${facts.window}); correct them`,
  }),
  ApprovalRequired: hold<{
    revision: string;
    source: string;
    since: number;
    approved: string | undefined;
    command: string;
  }>({
    turn: 'approver',
    meaning: 'Everything else allows the promotion: a person has to approve exactly this version.',
    glance: '⏳ approval',
    example: {
      revision,
      source,
      since,
      approved: undefined,
      command:
        'kubectl -n apps annotate --overwrite --field-manager=flux-client-side-apply pipeline podinfo pipelines.weave.works/approve.prod=6.1.5',
    },
    text: (facts) =>
      `${facts.revision} waits for approval${facts.approved === undefined ? '' : ` (approved is ${facts.approved}, which is not what waits)`}, healthy in ${facts.source} since ${formatTime(facts.since)}: ${facts.command}`,
  }),
} as const;
