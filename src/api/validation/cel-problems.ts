import { Environment } from '@marcbachmann/cel-js';
import { type Path, type Problem, pathText } from './problem.ts';
import type { SchemaNode } from './schema-node.ts';
import { isRecord, walk } from './walk.ts';

/**
 * Applies the CEL rules in the schema, as the API server does: a rule that speaks of `oldSelf` counts only for a change.
 * The value must already fit the schema otherwise.
 */
export function celProblems(schema: SchemaNode, value: unknown, old: unknown): Problem[] {
  const problems: Problem[] = [];
  walk(schema, value, (node, self, path) => {
    for (const { rule, message, fieldPath } of node['x-kubernetes-validations'] ?? []) {
      const oldSelf = rule.includes('oldSelf') ? valueAt(old, path) : null;
      if (oldSelf === undefined || holds(rule, self, oldSelf)) continue;
      const at = fieldPath === undefined ? path : [...path, ...fieldPath.split('.').slice(1)];
      problems.push({ path: pathText(at), value: fieldPath === undefined ? undefined : valueAt(value, at), message });
    }
  });
  return problems;
}

function holds(rule: string, self: unknown, oldSelf: unknown): boolean {
  return new Environment({ unlistedVariablesAreDyn: true }).evaluate(rule, { self, oldSelf }) === true;
}

function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => {
    if (Array.isArray(value)) return value[Number(key)];
    return isRecord(value) ? value[key] : undefined;
  }, root);
}
