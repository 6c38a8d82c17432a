import type { ValidateOptions } from '../validate.ts';
import { type Problem, pathText } from './problem.ts';
import type { SchemaNode } from './schema-node.ts';
import { walk } from './walk.ts';

/** What the caller's own checks say about schedules and time zones. */
export function checkProblems(schema: SchemaNode, value: unknown, options: ValidateOptions): Problem[] {
  const problems: Problem[] = [];
  walk(schema, value, (node, text, path) => {
    const check = node['x-stash-check'] && options[node['x-stash-check']];
    const message = typeof text === 'string' ? check?.(text) : undefined;
    if (message !== undefined) problems.push({ path: pathText(path), value: text, message });
  });
  return problems;
}
