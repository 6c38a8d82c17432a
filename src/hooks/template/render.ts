import { FUNCTIONS } from './functions.ts';
import { type Command, type Node, type Operand, type Pipe, parseTemplate } from './parse.ts';
import { GoStruct, isTrue, templateError, textOf, type Value } from './value.ts';

/**
 * Fills in a template as Stash does: white space around the result is removed, and a text without `{{` stays as it is. Throws Invalid with
 * the name of what is wrong or not supported; never gives a text that is filled in partly.
 */
export function renderTemplate(text: string, root: Value): string {
  if (!text.includes('{{')) return text;
  const scope: Scope = { dot: root, variables: new Map([['', root]]) };
  return renderAll(parseTemplate(text), scope).trim();
}

interface Scope {
  dot: Value;
  variables: Map<string, Value>;
  outer?: Scope;
}

function renderAll(nodes: readonly Node[], scope: Scope): string {
  return nodes.map((node) => renderNode(node, scope)).join('');
}

function renderNode(node: Node, scope: Scope): string {
  switch (node.type) {
    case 'text':
      return node.text;
    case 'output':
      return textOf(evaluate(node.pipe, scope));
    case 'set':
      (node.declares ? scope : scopeOf(node.name, scope)).variables.set(node.name, evaluate(node.pipe, scope));
      return '';
    default:
      return renderBranch(node, scope);
  }
}

function renderBranch(node: Node & { type: 'if' | 'with' }, scope: Scope): string {
  const value = evaluate(node.pipe, scope);
  const variables = new Map(node.variable === undefined ? [] : [[node.variable, value]]);
  if (!isTrue(value)) return renderAll(node.otherwise, { dot: scope.dot, variables, outer: scope });
  return renderAll(node.body, { dot: node.type === 'with' ? value : scope.dot, variables, outer: scope });
}

function evaluate(pipe: Pipe, scope: Scope): Value {
  const [first, ...further] = pipe;
  if (!first) throw templateError('an action is empty');
  return further.reduce<Value>((value, command) => run(command, [value], scope), run(first, [], scope));
}

function run(command: Command, piped: Value[], scope: Scope): Value {
  if ('value' in command) {
    if (piped.length > 0) throw templateError('a pipe leads into a value that is no function');
    return read(command.value, scope);
  }
  const { call, args } = command;
  const apply = FUNCTIONS.get(call);
  if (!apply) throw templateError(`function "${call}" is not supported`);
  return apply(...args.map((operand) => read(operand, scope)), ...piped);
}

function read(operand: Operand, scope: Scope): Value {
  switch (operand.type) {
    case 'literal':
      return operand.value;
    case 'pipe':
      return evaluate(operand.pipe, scope);
    case 'field':
      return operand.path.reduce(fieldOf, scope.dot);
    case 'variable':
      return operand.path.reduce(fieldOf, scopeOf(operand.name, scope).variables.get(operand.name));
  }
}

function fieldOf(value: Value, name: string): Value {
  if (value instanceof GoStruct) return value.field(name);
  if (value instanceof Map) return value.get(name);
  throw templateError(`field "${name}" is asked of something that has no fields`);
}

function scopeOf(name: string, scope: Scope): Scope {
  for (let at: Scope | undefined = scope; at; at = at.outer) if (at.variables.has(name)) return at;
  throw templateError(`variable "$${name}" is not defined`);
}
