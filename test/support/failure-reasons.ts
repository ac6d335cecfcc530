import { readdir, readFile } from 'node:fs/promises';
import ts from 'typescript';

const root = new URL('../../src/', import.meta.url);

/** The constants of a file by their names. */
type Constants = ReadonlyMap<string, ts.Expression>;

/** A function that makes failures of a reason that it is given: the places of its parameters (-1 for none), and the remedies that stand in it. */
interface Maker {
  readonly reasonAt: number;
  readonly remedyAt: number;
  readonly remedies: readonly string[];
}

/** A reason code that a failure is given, by one of the remedies; none where that is only known when it runs. */
export interface GivenReason {
  /** Below `src`. */
  readonly path: string;
  readonly reason: string;
  readonly remedies: readonly string[];
}

const nodesIn = (node: ts.Node): readonly ts.Node[] => {
  const found: ts.Node[] = [];
  const visit = (one: ts.Node): void => {
    found.push(one);
    one.forEachChild(visit);
  };
  visit(node);
  return found;
};

const constantsIn = (nodes: readonly ts.Node[]): Constants =>
  new Map(
    nodes.flatMap((node) =>
      ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer
        ? [[node.name.text, node.initializer]]
        : [],
    ),
  );

/** Whether a function around the node is given what is called so, which hides a constant of that name. */
const isGiven = (node: ts.Node, name: string): boolean => {
  if (ts.isArrowFunction(node) && node.parameters.some((one) => namesIn(one.name).includes(name))) return true;
  return !ts.isSourceFile(node) && isGiven(node.parent, name);
};

const namesIn = (name: ts.BindingName): readonly string[] =>
  ts.isIdentifier(name)
    ? [name.text]
    : name.elements.flatMap((one) => (ts.isBindingElement(one) ? namesIn(one.name) : []));

/** What an expression may come to, of the texts that stand in the file; what it compares with is none of them. */
const textsOf = (node: ts.Expression, constants: Constants): readonly string[] => {
  const all = (...parts: readonly ts.Expression[]) => parts.flatMap((part) => textsOf(part, constants));
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isConditionalExpression(node)) return all(node.whenTrue, node.whenFalse);
  if (ts.isBinaryExpression(node)) return all(node.left, node.right);
  if (ts.isElementAccessExpression(node)) return all(node.expression);
  if (ts.isObjectLiteralExpression(node))
    return all(...node.properties.flatMap((one) => (ts.isPropertyAssignment(one) ? [one.initializer] : [])));
  const constant = ts.isIdentifier(node) && !isGiven(node, node.text) ? constants.get(node.text) : undefined;
  return constant ? all(constant) : [];
};

const memberOf = (object: ts.ObjectLiteralExpression, name: string): ts.Expression | undefined => {
  for (const one of object.properties) {
    if (!one.name || !ts.isIdentifier(one.name) || one.name.text !== name) continue;
    if (ts.isPropertyAssignment(one)) return one.initializer;
    if (ts.isShorthandPropertyAssignment(one)) return one.name;
  }
  return undefined;
};

const remediesOf = (object: ts.ObjectLiteralExpression, constants: Constants): readonly string[] => {
  const remedy = memberOf(object, 'remedy');
  return remedy ? textsOf(remedy, constants) : [];
};

const makersIn = (constants: Constants): ReadonlyMap<string, Maker> =>
  new Map(
    [...constants].flatMap(([name, value]) => {
      if (!ts.isArrowFunction(value)) return [];
      const [reasonAt = -1, remedyAt = -1] = ['reason', 'remedy'].map((called) =>
        value.parameters.findIndex((one) => ts.isIdentifier(one.name) && one.name.text === called),
      );
      const objects = nodesIn(value.body).filter((node) => ts.isObjectLiteralExpression(node));
      const remedies = objects.flatMap((one) => remediesOf(one, constants));
      return reasonAt < 0 ? [] : [[name, { reasonAt, remedyAt, remedies }]];
    }),
  );

const reasonsIn = (path: string, text: string): readonly GivenReason[] => {
  const nodes = nodesIn(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
  const constants = constantsIn(nodes);
  const makers = makersIn(constants);
  return nodes.flatMap((node) => {
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) {
      const maker = makers.get(node.expression.text);
      const given = maker && node.arguments[maker.reasonAt];
      if (!given) return [];
      const remedy = node.arguments[maker.remedyAt];
      const remedies = remedy ? textsOf(remedy, constants) : maker.remedies;
      return textsOf(given, constants).map((reason) => ({ path, reason, remedies }));
    }
    if (!ts.isObjectLiteralExpression(node) || !['remedy', 'todo'].some((name) => memberOf(node, name))) return [];
    const given = memberOf(node, 'reason');
    const remedies = remediesOf(node, constants);
    return given ? textsOf(given, constants).map((reason) => ({ path, reason, remedies })) : [];
  });
};

/** What is no part of the controller, tells reasons of its own, or prints none. */
const others = /^(sandbox|decision)\/|^cli\/(?!(ask-cluster|cluster-row)\.ts)/;

/** Every reason code that the controller, or `leafwatch clusters`, gives to a failure, however that is written in `src`. */
export const failureReasons = async (): Promise<readonly GivenReason[]> => {
  const names = await readdir(root, { recursive: true });
  const code = names.filter((name) => name.endsWith('.ts') && !others.test(name)).sort();
  const found = await Promise.all(
    code.map(async (name) => reasonsIn(name, await readFile(new URL(name, root), 'utf8'))),
  );
  return found.flat();
};
