import { z } from 'zod';

/**
 * CDEvents 0.4.1 as its specification has it (spec.md, and the JSON schemas of the events named here); nothing beside it is allowed.
 * https://github.com/cdevents/spec/tree/v0.4.1
 */
const uriReference = z.string().regex(/^[^\s<>"{}|\\^`]+$/);
const text = z.string().min(1);

const context = <T extends z.ZodType<string>>(type: T) =>
  z.strictObject({
    version: z.literal('0.4.1'),
    id: text,
    source: uriReference,
    type,
    timestamp: z.iso.datetime({ offset: true }),
    schemaUri: z.url().optional(),
    chainId: text.optional(),
  });

const custom = {
  customData: z.union([z.record(z.string(), z.unknown()), z.base64()]).optional(),
  customDataContentType: z.string().optional(),
};

/** `service.deployed`, `service.upgraded` and `service.rolledback`: their subjects are alike. */
export const ServiceEvent = z.strictObject({
  context: context(
    z.enum([
      'dev.cdevents.service.deployed.0.2.0',
      'dev.cdevents.service.upgraded.0.2.0',
      'dev.cdevents.service.rolledback.0.2.0',
    ]),
  ),
  subject: z.strictObject({
    id: text,
    source: uriReference.optional(),
    type: z.literal('service'),
    content: z.strictObject({
      environment: z.strictObject({ id: text, source: uriReference.optional() }),
      artifactId: z.string().regex(/^pkg:[a-z][a-z0-9.-]*\/[^\s@]+@[^\s@]+$/),
    }),
  }),
  ...custom,
});

/** A custom event, by `custom/schema.json`. */
export const CustomEvent = z.strictObject({
  context: context(z.string().regex(/^dev\.cdeventsx\.[a-zA-Z0-9]+-[a-zA-Z]+\.[a-zA-Z]+\.[0-9]\.[0-9]\.[0-9]$/)),
  subject: z.strictObject({
    id: text,
    source: uriReference.optional(),
    type: z.string().regex(/^[a-zA-Z0-9]+-[a-zA-Z]+$/),
    content: z.record(z.string(), z.unknown()),
  }),
  ...custom,
});
