import ts from 'typescript';
import type { Schema } from './structural.ts';

/** A schema while its parts are still being found. */
type Growing = Record<string, unknown>;
type Functions = ReadonlyMap<string, ts.FunctionDeclaration>;

const descendants = function* (node: ts.Node): Generator<ts.Node> {
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => void children.push(child));
  for (const child of children) {
    yield child;
    yield* descendants(child);
  }
};

const literal = (node: ts.Expression, constants: ReadonlyMap<string, unknown>): unknown => {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isNumericLiteral(node)) return Number(node.text);
  if (ts.isArrayLiteralExpression(node)) return node.elements.map((element) => literal(element, constants));
  if (ts.isIdentifier(node)) return constants.get(node.text);
  return undefined;
};

const fields = (node: ts.ObjectLiteralExpression) =>
  new Map(
    node.properties
      .filter((property) => ts.isPropertyAssignment(property))
      .map((property) => [property.name.getText(), property.initializer]),
  );

/** A complaint that the validator can make, `{keyword, params}`, read back as the rule that it enforces. */
const applyRule = (
  schema: Growing,
  node: ts.ObjectLiteralExpression,
  constants: ReadonlyMap<string, unknown>,
): void => {
  const rule = fields(node);
  const keyword = rule.get('keyword');
  const params = rule.get('params');
  if (keyword === undefined || !ts.isStringLiteralLike(keyword)) return;
  if (params === undefined || !ts.isObjectLiteralExpression(params)) return;
  const param = (name: string) => {
    const value = fields(params).get(name);
    return value === undefined ? undefined : literal(value, constants);
  };
  if (keyword.text === 'required')
    schema['required'] = [...((schema['required'] ?? []) as unknown[]), param('missingProperty')];
  else schema[keyword.text] = param('allowedValues') ?? param('limit') ?? param(keyword.text);
};

/** A call of another validator, read back as the place where its schema belongs. */
const applyCall = (schema: Growing, [target]: readonly ts.Expression[], child: Schema): void => {
  if (target === undefined) return;
  if (ts.isIdentifier(target)) Object.assign(schema, child);
  else if (ts.isPropertyAccessExpression(target))
    schema['properties'] = { ...(schema['properties'] as Schema | undefined), [target.name.text]: child };
  else if (ts.isElementAccessExpression(target) && ts.isStringLiteralLike(target.argumentExpression))
    schema['properties'] = { ...(schema['properties'] as Schema | undefined), [target.argumentExpression.text]: child };
  else if (target.getText().startsWith('data[i')) schema['items'] = child;
  else schema['additionalProperties'] = child;
};

const schemaOf = (name: string, functions: Functions, constants: ReadonlyMap<string, unknown>): Schema => {
  const declaration = functions.get(name);
  if (declaration === undefined) return { type: 'object' }; // imported: the metadata, which the API server knows itself
  const schema: Growing = {};
  for (const node of descendants(declaration)) {
    if (ts.isObjectLiteralExpression(node)) applyRule(schema, node, constants);
    if (ts.isCallExpression(node) && /^validate\d+$/.test(node.expression.getText()))
      applyCall(schema, node.arguments, schemaOf(node.expression.getText(), functions, constants));
  }
  return schema;
};

/** The JSON schema that ajv compiled into the JavaScript `source`: the package ships nothing else of it. Defaults are lost in it, and a field of any type becomes one whose unknown fields are kept. */
export const compiledSchema = (source: string): Schema => {
  const file = ts.createSourceFile('schema.js', source, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS);
  const functions = new Map<string, ts.FunctionDeclaration>();
  const constants = new Map<string, unknown>();
  let root = '';
  for (const node of descendants(file)) {
    if (ts.isFunctionDeclaration(node) && node.name !== undefined) functions.set(node.name.text, node);
    if (!ts.isVariableDeclaration(node) || node.initializer === undefined) continue;
    if (node.name.getText() === 'validate') root = node.initializer.getText();
    constants.set(node.name.getText(), literal(node.initializer, constants));
  }
  return schemaOf(root, functions, constants);
};
