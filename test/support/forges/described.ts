import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';

interface Operation {
  readonly query: object;
  readonly body?: object;
  /** By status: what an answer holds; `true` where only that there is such an answer is described. */
  readonly answers: Readonly<Record<string, object | true>>;
}

interface Description {
  readonly title: string;
  /** Statuses that every operation may answer with. */
  readonly statuses: readonly string[];
  readonly operations: Readonly<Record<string, Operation>>;
  readonly refusal: object;
  readonly definitions: object;
}

/** Checks that throw when a request, or an answer, is not one of a forge's published description: a wrong fake is worse than none. */
export interface Described {
  readonly request: (operation: string, query: URLSearchParams, body: unknown) => void;
  readonly answer: (operation: string, status: number, body: unknown) => void;
}

/** The description in `test/fixtures/forges/<name>.json`, where it says what it was cut from. */
export const described = (name: string): Described => {
  const text = readFileSync(new URL(`../../fixtures/forges/${name}.json`, import.meta.url), 'utf8');
  const { title, statuses, operations, refusal, definitions } = JSON.parse(
    text.replaceAll('"#/definitions', '"forge#/definitions'),
  ) as Description;
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true, logger: false });
  ajv.addSchema({ $id: 'forge', definitions });
  const compiled = new Map<object, ValidateFunction>();
  const check = (schema: object | true, value: unknown, what: string) => {
    if (schema === true) return;
    const validate = compiled.get(schema) ?? ajv.compile(schema);
    compiled.set(schema, validate);
    if (!validate(value)) throw new Error(`${what} is not that of the ${title}: ${ajv.errorsText(validate.errors)}`);
  };
  const find = (operation: string): Operation => {
    const found = operations[operation];
    if (!found) throw new Error(`the ${title} has no ${operation}`);
    return found;
  };
  return {
    request: (operation, query, body) => {
      const { query: parameters, body: sent = { type: 'null' } } = find(operation);
      check(parameters, Object.fromEntries(query), `the query of ${operation}`);
      check(sent, body ?? null, `the body of ${operation}`);
    },
    answer: (operation, status, body) => {
      const schema = find(operation).answers[status];
      if (schema === undefined && !statuses.includes(String(status)))
        throw new Error(`the ${title} has no ${status} of ${operation}`);
      if (status >= 400) check(refusal, body, `the ${status} of ${operation}`);
      else if (schema !== undefined) check(schema, body, `the ${status} of ${operation}`);
    },
  };
};
