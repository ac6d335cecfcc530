import { z } from 'zod';
import { Time } from './time.ts';

const targetNumbers = z.array(z.int());

/** A version that came to an environment. Its number is never used again there. */
export const DeploymentEntry = z.object({
  number: z.int(),
  revision: z.string(),
  previous: z.string().optional().describe('The version that it replaces, while it is on its way.'),
  startedAt: Time.describe('When the first target began with it.'),
  failedAt: Time.optional().describe('When a target first failed on it.'),
  finishedAt: Time.optional().describe('When all targets of the environment had settled on it.'),
  restoredAt: Time.optional().describe(
    'When, after a failure, all targets were settled again, on this version or on another, or were rolled back.',
  ),
  leadTime: z
    .string()
    .optional()
    .describe('In the last environment: from when the first environment had settled on it until this one had.'),
  going: targetNumbers
    .optional()
    .describe('The targets that it is under way in, counted from 0 in the order of the spec.'),
  failed: targetNumbers.optional().describe('The targets that have failed on it and run nothing newer.'),
  rolledBack: targetNumbers
    .optional()
    .describe('The targets that have failed on it, were rolled back, and run nothing newer.'),
  closed: z
    .boolean()
    .optional()
    .describe('Whether a target has gone back from it: if it comes again, that is another deployment.'),
});
export type DeploymentEntry = z.infer<typeof DeploymentEntry>;
