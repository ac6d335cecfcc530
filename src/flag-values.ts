import { z } from 'zod';
import { parseDuration } from './model/duration.ts';

/** `true` or `false`. */
export const yesOrNo = (byDefault: boolean) =>
  z
    .enum(['true', 'false'], 'must be true or false')
    .prefault(byDefault ? 'true' : 'false')
    .transform((text) => text === 'true');

/** A Go duration above zero, in milliseconds. */
export const duration = (byDefault: string) =>
  z
    .string()
    .prefault(byDefault)
    .transform((text, context) => {
      const parsed = parseDuration(text);
      if (parsed !== undefined && parsed > 0) return parsed;
      context.addIssue('must be a duration above zero, such as 90s or 1h30m');
      return z.NEVER;
    })
    .meta({ value: 'duration' });

/** A number of seconds, in milliseconds. */
export const seconds = (byDefault: string) =>
  z
    .string()
    .regex(/^[1-9]\d{0,2}s?$/, 'must be a number of seconds from 1 to 999')
    .prefault(byDefault)
    .transform((text) => Number.parseInt(text, 10) * 1000)
    .meta({ value: 'seconds' });

/** How a command shows what it has found: a table for people, or JSON for programs. */
export const tableOrJson = z.enum(['table', 'json'], 'must be table or json').prefault('table').meta({ short: 'o' });

/** Where to listen: `:8080`, `127.0.0.1:8080`. */
export const address = z
  .string()
  .refine((text) => {
    const [, port] = /^(?:[\w.-]*|\[[0-9a-fA-F:]+\]):(\d{1,5})$/.exec(text) ?? [];
    return port !== undefined && Number(port) <= 65_535;
  }, 'must be an address such as :8080 or 127.0.0.1:8080')
  .meta({ value: 'address' });

const labelName = '[A-Za-z0-9](?:[-.\\w]{0,61}[A-Za-z0-9])?';
const labelDomain = '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?';
const labelKey = `(?:${labelDomain}(?:\\.${labelDomain})*/)?${labelName}`;
const labelValues = `\\((?:\\s*(?:${labelName})?\\s*,)*\\s*(?:${labelName})?\\s*\\)`;
const requirement = `(?:!?\\s*${labelKey}|${labelKey}\\s*(?:==?|!=)\\s*(?:${labelName})?|${labelKey}\\s*[<>]\\s*\\d{1,18}|${labelKey}\\s+(?:not)?in\\s*${labelValues})`;
const requirements = new RegExp(`^\\s*(?:${requirement}\\s*(?:,\\s*${requirement}\\s*)*)?$`);

/** A label selector, as Kubernetes reads it: requirements that all hold, comma-separated; none at all selects everything. */
export const selector = z
  .string()
  .regex(requirements, 'must be a label selector such as team=payments or team in (payments,search)')
  .meta({ value: 'selector' });

/** As Go reads it, a proxy without a protocol is an http: one. */
export const proxy = z.string().transform((text, context) => {
  const url = /^[a-z0-9+]+:\/\//i.test(text) ? text : `http://${text}`;
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url;
  context.addIssue('must be the URL of an HTTP proxy such as http://proxy.example.com:3128');
  return z.NEVER;
});

/** Credentials have no place in a flag, which everybody can read who sees processes. */
export const httpUrl = (example: string) =>
  z
    .string()
    .refine((text) => {
      const url = URL.canParse(text) ? new URL(text) : undefined;
      return url !== undefined && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
    }, `must be an address such as ${example}, without credentials`)
    .meta({ value: 'url' });

/** Any path. */
export const path = z.string().min(1, 'must be a path').meta({ value: 'path' });

/** The name of a namespace. */
export const namespace = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'must be the name of a namespace')
  .meta({ value: 'namespace' });

/** A whole number above zero. */
export const count = (byDefault: number) =>
  z
    .string()
    .regex(/^[1-9]\d{0,5}$/, 'must be a whole number above zero')
    .prefault(String(byDefault))
    .transform(Number)
    .meta({ value: 'number' });

/** A size as Kubernetes writes it, in bytes. */
export const size = (byDefault: string) =>
  z
    .string()
    .regex(/^[1-9]\d{0,5}(Mi|Gi)$/, 'must be a size such as 512Mi or 2Gi')
    .prefault(byDefault)
    .transform((text) => Number.parseInt(text, 10) * (text.endsWith('Gi') ? 1024 ** 3 : 1024 ** 2))
    .meta({ value: 'size' });

/** Who a commit is by, as git writes it; control characters and angle brackets would break the commit. */
export const signature = z
  .string()
  .transform((text, context) => {
    const [, name, email] = /^([^<>\p{C}]*[^<>\p{C}\s]) <([^<>\p{C}\s]+@[^<>\p{C}\s]+)>$/u.exec(text) ?? [];
    if (name !== undefined && email !== undefined && text.length <= 300) return { name, email };
    context.addIssue('must be a name and an address such as "Leafwatch <leafwatch@example.com>"');
    return z.NEVER;
  })
  .meta({ value: 'name <address>' });
