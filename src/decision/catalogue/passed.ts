import { formatTime } from '../../model/time.ts';
import { pass } from './entry.ts';
import { at, environment, revision, since, source, until } from './example-facts.ts';

/** What a step of the rule or a gate says when it stands in nobody’s way. */
export const passed = {
  EvidenceComplete: pass({
    turn: 'nobody',
    meaning: 'Every cluster of both environments has been listed, and its watch is live.',
    example: { source, environment, targets: 3 },
    text: (facts) => `all ${facts.targets} targets of ${facts.source} and ${facts.environment} are seen now`,
  }),
  SourceSettled: pass({
    turn: 'nobody',
    meaning: 'Every target of the source is settled, and all run the same version.',
    example: { revision, source, since },
    text: (facts) => `${facts.source} runs ${facts.revision}, healthy since ${formatTime(facts.since)}`,
  }),
  DestinationDiffers: pass({
    turn: 'nobody',
    meaning: 'The destination does not run the version in all of its targets, or its promotion has not ended.',
    example: { environment, running: '6.1.4' },
    text: (facts) => `${facts.environment} runs ${facts.running}`,
  }),
  DirectionAllowed: pass({
    turn: 'nobody',
    meaning: 'The version is not older than what any target of the destination runs, or older ones are allowed.',
    example: { revision, running: '6.1.4', allowed: false },
    text: (facts) =>
      facts.allowed ? 'allowDowngrade lets any version pass' : `${facts.revision} is not older than ${facts.running}`,
  }),
  NotPromotedBefore: pass({
    turn: 'nobody',
    meaning: 'The version has not been promoted into the environment before, or its promotion is to be gone on with.',
    example: { ...at, begun: false },
    text: (facts) =>
      facts.begun
        ? `the promotion of ${facts.revision} into ${facts.environment} was begun and is gone on with`
        : `${facts.revision} has not been promoted into ${facts.environment} before`,
  }),
  NotSuspended: pass({
    turn: 'nobody',
    meaning: 'Neither the Pipeline nor the environment is suspended.',
    example: { environment },
    text: (facts) => `neither the Pipeline nor ${facts.environment} is suspended`,
  }),
  StrategyGiven: pass({
    turn: 'nobody',
    meaning: 'The Pipeline says how the promotion is to be made.',
    example: { strategy: 'pull request on https://github.com/org/config, branch main' },
    text: (facts) => facts.strategy,
  }),
  VersionAllowed: pass<{ revision: string; range: string | undefined }>({
    turn: 'nobody',
    meaning: 'The version satisfies `versions`, or there is no such range.',
    example: { revision, range: '>=6.0.0 <7.0.0-0' },
    text: (facts) =>
      facts.range === undefined ? 'no range of versions is set' : `${facts.revision} is in ${facts.range}`,
  }),
  Soaked: pass<{ source: string; soak: string | undefined; since: number }>({
    turn: 'nobody',
    meaning: 'The source has been healthy on the version for the time of `soak`, or none is set.',
    example: { source, soak: '30m', since },
    text: (facts) =>
      facts.soak === undefined
        ? 'no soak time is set'
        : `${facts.source} has been healthy since ${formatTime(facts.since)}, more than ${facts.soak}`,
  }),
  WindowOpen: pass<{ until: number | undefined; always?: boolean }>({
    turn: 'nobody',
    meaning: 'Promotions may be made now, by `windows`, or none is set.',
    example: { until },
    text: (facts) => {
      if (facts.always) return 'no window is set';
      return facts.until === undefined
        ? 'promotions may be made'
        : `promotions may be made until ${formatTime(facts.until)}`;
    },
  }),
  Approved: pass<{
    revision: string;
    by: string | undefined;
    manual: boolean;
  }>({
    turn: 'nobody',
    meaning: 'A person has approved exactly this version for this environment, or nobody need.',
    example: { revision, by: 'jane@example.com', manual: true },
    text: (facts) =>
      facts.manual
        ? `${facts.revision} is approved${facts.by === undefined ? '' : ` by ${facts.by}`}`
        : 'no approval is needed',
  }),
} as const;
