import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { KIND_NAMES, KINDS } from '../../src/api/kinds.ts';
import { crdFiles } from './crd.ts';
import { referenceFiles } from './reference.ts';

interface Crd {
  metadata: { name: string };
  spec: {
    scope: string;
    names: { kind: string; shortNames?: string[]; categories: string[] };
    versions: {
      subresources?: object;
      additionalPrinterColumns: { name: string; jsonPath: string }[];
      schema: { openAPIV3Schema: Node };
    }[];
  };
}

type Node = Record<string, unknown> & { properties?: Record<string, Node>; items?: Node; additionalProperties?: Node };

/** Read as kubectl reads it. */
const CRDS = crdFiles().map(([name, text]) => ({ name, crd: parse(text, { version: '1.1' }) as Crd }));

test('makes a definition for each kind with a schema', () => {
  const kinds = KIND_NAMES.filter((kind) => KINDS[kind].schema !== undefined);
  assert.deepEqual(
    CRDS.map(({ crd }) => crd.spec.names.kind),
    kinds,
  );
  for (const { name, crd } of CRDS) assert.equal(name, `crds/${crd.metadata.name.replace(/^([^.]+)\.(.*)$/, '$2_$1')}.yaml`);
});

test('keeps the short names of Stash', () => {
  const shortNames = Object.fromEntries(CRDS.map(({ crd }) => [crd.spec.names.kind, crd.spec.names.shortNames?.[0]]));
  assert.equal(shortNames.BackupConfiguration, 'bc');
  assert.equal(shortNames.BackupBlueprint, 'bb');
  assert.equal(shortNames.Repository, 'repo');
  assert.equal(shortNames.RestoreSession, 'restore');
  assert.equal(shortNames.Function, 'fn');
});

for (const { name, crd } of CRDS) {
  const [version] = crd.spec.versions;
  const root = version?.schema.openAPIV3Schema ?? {};

  test(`${name} says nothing that Kubernetes does not know`, () => {
    eachNode(root, (node) => {
      assert.ok(!(node.properties && node.additionalProperties), 'properties and additionalProperties exclude each other');
      assert.ok(!Object.keys(node).some((key) => key.startsWith('x-stash') || key.startsWith('~') || key === 'patternProperties'));
      assert.ok(
        !Array.isArray(node.required) || node.required.every((field) => typeof field === 'string'),
        `${node.required} are texts in YAML 1.1 too`,
      );
    });
  });

  test(`${name} has columns for fields that are there`, () => {
    for (const { jsonPath } of version?.additionalPrinterColumns ?? []) {
      const [first, second] = jsonPath.slice(1).split(/[.[]/);
      if (first === 'metadata') continue;
      assert.ok(root.properties?.[first ?? '']?.properties?.[second ?? ''], jsonPath);
    }
  });
}

test('shows every kind in the reference', () => {
  const pages = new Map(referenceFiles());
  for (const kind of KIND_NAMES.filter((name) => KINDS[name].schema))
    assert.match(pages.get(`docs/reference/${KINDS[kind].singular}.md`) ?? '', new RegExp(`^# ${kind}\n`));
  for (const [name, text] of pages) assert.doesNotMatch(text, /undefined|\[object/, name);
});

test('links only to types that the page of shared types has', () => {
  const shared = new Map(referenceFiles()).get('docs/reference/shared-types.md') ?? '';
  const anchors = new Set([...shared.matchAll(/^## (.*)$/gm)].map((match) => match[1]?.toLowerCase()));
  for (const [name, text] of referenceFiles()) {
    for (const [, anchor] of text.matchAll(/shared-types\.md#(\w+)/g)) assert.ok(anchors.has(anchor), `${name}: ${anchor}`);
  }
});

function eachNode(node: Node, visit: (node: Node) => void): void {
  visit(node);
  for (const child of [...Object.values(node.properties ?? {}), node.items, node.additionalProperties]) if (child) eachNode(child, visit);
}
