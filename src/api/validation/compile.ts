import { Ajv, type ErrorObject } from 'ajv';
import type { KindInfo } from '../kinds.ts';
import { manifestSchema } from './manifest-schema.ts';
import type { SchemaNode } from './schema-node.ts';
import { strictSchema } from './strict-schema.ts';

interface CompiledSchema {
  schema: SchemaNode;
  /** Fills defaults into the object and returns what is wrong with it. */
  accepts: (object: Record<string, unknown>) => readonly ErrorObject[];
}

export function compileSchema(info: Pick<KindInfo, 'schema' | 'fields' | 'namespaced'>): CompiledSchema {
  const schema = manifestSchema(info);
  // Not strict: Ajv does not know the keywords of Kubernetes.
  const ajv = new Ajv({ allErrors: true, strict: false, useDefaults: true, verbose: true, logger: false });
  ajv.addFormat('date-time', isTime);
  const check = ajv.compile(strictSchema(schema));
  return { schema, accepts: (object) => (check(object) ? [] : (check.errors ?? [])) };
}

/** RFC 3339 with a zone, and a day that exists. */
function isTime(text: string): boolean {
  const match = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.exec(text);
  if (match?.[1] === undefined || Number.isNaN(Date.parse(text))) return false;
  return !Number.isNaN(Date.parse(`${match[1]}T00:00:00Z`)) && new Date(`${match[1]}T00:00:00Z`).toISOString().startsWith(match[1]);
}
