import type { Path } from './problem.ts';
import { knownField, type SchemaNode } from './schema-node.ts';

/** Calls `visit` for the value and everything in it that the schema knows, outermost first. */
export function walk(
  schema: SchemaNode,
  value: unknown,
  visit: (schema: SchemaNode, value: unknown, path: Path) => void,
  path: Path = [],
): void {
  visit(schema, value, path);
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items !== undefined)
      value.forEach((item, index) => {
        walk(items, item, visit, [...path, index]);
      });
  } else if (isRecord(value)) {
    for (const [name, member] of Object.entries(value)) {
      const known = knownField(schema, name);
      if (known !== undefined) walk(known, member, visit, [...path, name]);
    }
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
