import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KINDS, type KindName } from './kinds.ts';
import type { AnyObject } from './object.ts';
import { validDocuments } from './testdata/documents.ts';
import { validate } from './validate.ts';
import { manifestSchema } from './validation/manifest-schema.ts';
import { type Path, pathText } from './validation/problem.ts';
import { isRecord, walk } from './validation/walk.ts';

/** Kubernetes checks these itself, or ignores them. */
const FREE = /^(status|spec\.(parameters|interimVolumeTemplate\.status))\b/;

test('finds every field that is mistyped, wherever it stands, and says what was meant', () => {
  let mistyped = 0;
  for (const { place, object } of validDocuments()) {
    for (const path of fieldsOf(object)) {
      const [name, wrong] = swapLetters(path);
      if (wrong === undefined) continue;
      const result = validate(renamed(object, path, wrong));
      const at = pathText([...path.slice(0, -1), wrong]);
      const found = result.ok ? undefined : result.problems.find((problem) => problem.path === at);
      assert.match(found?.message ?? 'not found', new RegExp(`^unknown field; did you mean "${name}"`), `${place} ${at}`);
      mistyped++;
    }
  }
  assert.ok(mistyped > 800, `${mistyped} fields were tried`);
});

/** Paths of all fields that the schema names and the object has. */
function fieldsOf(object: AnyObject): Path[] {
  const paths: Path[] = [];
  walk(manifestSchema(KINDS[object.kind as KindName]), object, ({ properties }, value, path) => {
    if (properties === undefined || !isRecord(value)) return;
    paths.push(...Object.keys(value).map((name) => [...path, name]));
  });
  return paths.filter((path) => !FREE.test(pathText(path)) && !['apiVersion', 'kind'].includes(pathText(path)));
}

/** The name with two neighbouring letters swapped; undefined for names too short to be recognized. */
function swapLetters(path: Path): [string, string | undefined] {
  const name = String(path.at(-1));
  const wrong = `${name[1]}${name[0]}${name.slice(2)}`;
  return [name, name.length < 3 || wrong === name ? undefined : wrong];
}

function renamed(object: AnyObject, path: Path, name: string): unknown {
  const copy = structuredClone(object);
  const parent = path.slice(0, -1).reduce<unknown>((value, key) => (value as Record<string | number, unknown>)[key], copy) as Record<
    string,
    unknown
  >;
  const old = String(path.at(-1));
  parent[name] = parent[old];
  delete parent[old];
  return copy;
}
