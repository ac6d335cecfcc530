import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import type { Answer } from './answer.ts';

interface Description {
  readonly answers: Readonly<Record<string, object | true>>;
  readonly components: object;
}

/** A check that throws when an answer is not what GitHub's own API description says of `operation` (`GET /repos/{owner}/{repo}`): a wrong fake is worse than none. */
export const answerCheck = (): ((operation: string, answer: Answer) => void) => {
  const text = readFileSync(new URL('github-api.json', import.meta.url), 'utf8');
  const { answers, components } = JSON.parse(text) as Description;
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true, logger: false });
  ajv.addSchema({ $id: 'github', components });
  const compiled = new Map<string, ValidateFunction>();
  const validatorOf = (key: string, status: number) => {
    const schema = answers[key] ?? (status >= 400 ? { $ref: '#/components/schemas/basic-error' } : undefined);
    if (schema === undefined) throw new Error(`GitHub's API description has no ${key}`);
    const validate = compiled.get(key) ?? ajv.compile(inComponents(schema));
    compiled.set(key, validate);
    return validate;
  };
  return (operation, { status, body }) => {
    const validate = validatorOf(`${operation} ${status}`, status);
    if (status !== 304 && !validate(body))
      throw new Error(`the forge's answer to ${operation} is not GitHub's: ${ajv.errorsText(validate.errors)}`);
  };
};

/** The same schema with its references pointing at the description's components. */
const inComponents = (schema: object | true): object | boolean =>
  schema === true
    ? true
    : (JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"github#/components')) as object);
