/**
 * The rules of each command by their numbers, as the table of its decider states it: those that the
 * rule of the command names, and the functions of the domain that it reaches.
 */
import ts from 'typescript';

const RULE = /\bR[1-9]\d?\b/g;

/** Functions that make folds: their comments are on rules of other streams. */
const FOLDS = ['evolveBy', 'correcting', 'correctable'];

/** Whether a declaration decides something: a function, or one that a function makes. */
function decides({ initializer: value }) {
  if (value === undefined) return false;
  return (
    ts.isArrowFunction(value) || (ts.isCallExpression(value) && !FOLDS.some((name) => value.getText().startsWith(name)))
  );
}

/** Whether a name is that of a fold, of which a decision asks for the state of another stream. */
const isFold = (node, { parent } = node) =>
  ts.isCallExpression(parent) && parent.arguments[0] === node && /(?:^|\.)of$/.test(parent.expression.getText());

const inDomain = ({ fileName }) => fileName.includes('/libs/domain/src/');

/** The declaration of a name, if the domain has it at the top level of a file. */
function declarationOf(checker, node) {
  let symbol = ts.isShorthandPropertyAssignment(node.parent)
    ? checker.getShorthandAssignmentValueSymbol(node.parent)
    : checker.getSymbolAtLocation(node);
  if (symbol !== undefined && symbol.flags & ts.SymbolFlags.Alias) symbol = checker.getAliasedSymbol(symbol);
  const found = symbol?.valueDeclaration;
  if (found === undefined || !inDomain(found.getSourceFile())) return undefined;
  if (ts.isFunctionDeclaration(found)) return found;
  const isTopLevel = ts.isVariableDeclaration(found) && ts.isSourceFile(found.parent.parent.parent);
  return isTopLevel && decides(found) ? found.parent.parent : undefined;
}

/** The rules that a node names, in code and comments, and those of all that it reaches. */
function rulesOf(checker, start) {
  const rules = new Set();
  const seen = new Set();
  const enter = (node) => {
    if (seen.has(node)) return;
    seen.add(node);
    for (const [rule] of node.getFullText().matchAll(RULE)) rules.add(rule);
    visit(node);
  };
  const visit = (node) => {
    const next = ts.isIdentifier(node) && !isFold(node) ? declarationOf(checker, node) : undefined;
    if (next !== undefined) enter(next);
    ts.forEachChild(node, visit);
  };
  enter(start);
  return rules;
}

/** The tables of deciders: by command, the node with its rule; the opening command first. */
function tablesIn(sources) {
  const tables = [];
  const visit = (node) => {
    const { expression, arguments: given } = node;
    if (
      ts.isCallExpression(node) &&
      ts.isCallExpression(expression) &&
      expression.expression.getText() === 'decideBy'
    ) {
      const [opens, open, , rules] = given;
      tables.push(new Map([[opens.text, open], ...rules.properties.map((rule) => [rule.name.getText(), rule])]));
    }
    ts.forEachChild(node, visit);
  };
  for (const source of sources) visit(source);
  return tables;
}

const byNumber = (a, b) => Number(a.slice(1)) - Number(b.slice(1));

/** By kind and command of the catalogue: the numbers of its rules, in their order. */
export function commandRules(files, catalogue) {
  const options = { noLib: true, noResolve: true, types: [], target: ts.ScriptTarget.ESNext };
  const program = ts.createProgram(files, {
    ...options,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
  });
  const checker = program.getTypeChecker();
  const tables = tablesIn(program.getSourceFiles().filter(inDomain));
  // Kinds with recorded facts share the table of their answers.
  const answers = tables.find((table) => table.has('ConfirmFact')) ?? new Map();
  return new Map(
    catalogue.map(({ kind, commands }) => {
      const types = commands.map(({ type }) => type);
      // Kinds with the same commands but the opening one share a table.
      const missing = (table) => types.filter((type) => !table.has(type) && !answers.has(type)).length;
      const [table] = tables.toSorted((one, other) => missing(one) - missing(other));
      if (table === undefined || missing(table) > 1) throw new Error(`docs/generate: ${kind} has no table of rules`);
      const [[, opening]] = table;
      const rules = commands.map(({ type, body }) => {
        const found = rulesOf(checker, table.get(type) ?? answers.get(type) ?? opening);
        if ('corrects' in (body.properties ?? {})) found.add('R26');
        return [type, [...found].sort(byNumber)];
      });
      return [kind, new Map(rules)];
    }),
  );
}
