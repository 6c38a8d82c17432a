import type { Rule } from '../schema.ts';

/** What the code that walks schemas needs of one: the few keywords `schema.ts` can make. */
export interface SchemaNode {
  type?: string;
  description?: string;
  properties?: Record<string, SchemaNode>;
  required?: string[];
  patternProperties?: Record<string, SchemaNode>;
  items?: SchemaNode;
  enum?: unknown[];
  default?: unknown;
  nullable?: boolean;
  pattern?: string;
  format?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  anyOf?: SchemaNode[];
  'x-kubernetes-int-or-string'?: boolean;
  'x-kubernetes-preserve-unknown-fields'?: boolean;
  'x-kubernetes-validations'?: Rule[];
  /** What is accepted, in words; for error messages. */
  'x-stash-accepts'?: string;
  /** Which of the checks in `ValidateOptions` the text has to pass. */
  'x-stash-check'?: 'schedule' | 'timeZone';
}

/** The schema of the values of a map, if that is what this is. */
export function mapValues(schema: SchemaNode): SchemaNode | undefined {
  return schema.patternProperties && Object.values(schema.patternProperties)[0];
}

/** The schema of a member of an object: its own field (`constructor` and the like are none), else that of a map's values. */
export function knownField(schema: SchemaNode, name: string): SchemaNode | undefined {
  const { properties } = schema;
  return properties !== undefined && Object.hasOwn(properties, name) ? properties[name] : mapValues(schema);
}
