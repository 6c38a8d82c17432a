import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from '@marcbachmann/cel-js';
import { KIND_NAMES, KINDS } from './kinds.ts';
import type { SchemaNode } from './validation/schema-node.ts';

const SCHEMAS = KIND_NAMES.flatMap((kind) =>
  Object.entries(KINDS[kind].schema ?? {}).map(([part, schema]) => ({ name: `${kind}.${part}`, schema: schema as SchemaNode })),
);

test('has an entry for each kind under its own name, and no name twice', () => {
  const names = KIND_NAMES.flatMap((name) => [KINDS[name].singular, KINDS[name].plural, ...KINDS[name].shortNames]);
  for (const name of KIND_NAMES) assert.equal(KINDS[name].kind, name);
  assert.equal(new Set(names).size, names.length);
});

for (const { name, schema } of SCHEMAS) {
  test(`${name} is a structural schema whose fields are all described`, () => {
    eachNode(schema, name, (node, path) => {
      assert.ok(node.description !== undefined && node.description !== '', `${path} has a description`);
      const free = node['x-kubernetes-preserve-unknown-fields'] || node['x-kubernetes-int-or-string'];
      assert.ok(node.type !== undefined || free, `${path} has a type`);
      assert.ok(
        !('oneOf' in node || 'allOf' in node || 'not' in node || 'const' in node),
        `${path} is written with the keywords of schema.ts`,
      );
      if (node.properties)
        for (const required of node.required ?? []) assert.ok(node.properties[required], `${path}.${required} is a field`);
    });
  });

  test(`${name} has rules that are CEL and speak of its own fields`, () => {
    eachNode(schema, name, (node, path) => {
      for (const { rule, fieldPath } of node['x-kubernetes-validations'] ?? []) {
        assert.doesNotThrow(() => parse(rule), `${path}: ${rule}`);
        const fields = [...rule.matchAll(/\bself\.(\w+)/g)]
          .map((match) => match[1] ?? '')
          .filter((field) => node.properties !== undefined || !/^(all|filter|exists)$/.test(field));
        for (const field of fields) assert.ok(node.properties?.[field], `${path}: ${rule}: ${field} is a field`);
        if (fieldPath !== undefined) assert.ok(node.properties?.[fieldPath.slice(1)], `${path}: ${fieldPath} is a field`);
      }
    });
  });
}

function eachNode(schema: SchemaNode, path: string, visit: (node: SchemaNode, path: string) => void): void {
  if (schema.description === undefined && path.endsWith('[]')) return;
  visit(schema, path);
  for (const [name, property] of Object.entries(schema.properties ?? {})) eachNode(property, `${path}.${name}`, visit);
  if (schema.items) eachNode(schema.items, `${path}[]`, visit);
}
