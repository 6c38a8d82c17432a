import Type, { type TObject, type TSchema } from 'typebox';
import type { KindInfo } from '../kinds.ts';
import { Metadata } from '../metadata.ts';
import { anything, optional, struct, text } from '../schema.ts';
import type { SchemaNode } from './schema-node.ts';

/** The schema of a whole manifest. Status is the business of controllers: what a printed object carries there is let pass. */
export function manifestSchema({ schema, fields, namespaced }: Pick<KindInfo, 'schema' | 'fields' | 'namespaced'>): SchemaNode {
  const metadata: TObject = namespaced ? Metadata : Type.Object({ ...Metadata.properties, namespace: optional(text('Not used.')) });
  return struct('A manifest.', {
    apiVersion: text('Version of the API.'),
    kind: text('Kind of the object.'),
    metadata: metadata as TSchema,
    ...(schema && { spec: schema.spec }),
    ...fields?.properties,
    status: optional(anything('Ignored.')),
  }) as SchemaNode;
}
