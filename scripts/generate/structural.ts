import { mapValues, type SchemaNode } from '../../src/api/validation/schema-node.ts';

/** A schema as a CustomResourceDefinition writes it. */
export function structural(schema: SchemaNode): object {
  const { properties, required, patternProperties: _, items, anyOf, ...rest } = schema;
  const values = mapValues(schema);
  return {
    ...Object.fromEntries(Object.entries(rest).filter(([keyword]) => !keyword.startsWith('x-stash-'))),
    ...(anyOf && { anyOf }),
    ...(required && required.length > 0 && { required }),
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, structural(property)])),
    }),
    ...(values && { additionalProperties: structural(values) }),
    ...(items && { items: structural(items) }),
  };
}
