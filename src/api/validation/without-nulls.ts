import { knownField, type SchemaNode } from './schema-node.ts';
import { isRecord } from './walk.ts';

/** Known fields that are null are as good as absent, as in Kubernetes (Go prints `creationTimestamp: null`). Changes the object. */
export function withoutNulls<T extends Record<string, unknown>>(schema: SchemaNode, object: T): T {
  drop(schema, object);
  return object;
}

function drop(schema: SchemaNode | undefined, value: unknown): void {
  if (schema === undefined) return;
  if (Array.isArray(value)) {
    for (const item of value) drop(schema.items, item);
  } else if (isRecord(value)) {
    for (const [name, member] of Object.entries(value)) {
      const known = knownField(schema, name);
      if (known !== undefined && member === null) delete value[name];
      else drop(known, member);
    }
  }
}
