import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type BlueprintTarget, isBlueprintKind } from './target.ts';
import { fillIn, variablesOf } from './variables.ts';

const deployment: BlueprintTarget = { kind: 'Deployment', namespace: 'shop', name: 'web', uid: 'u', annotations: {} };
const database: BlueprintTarget = { ...deployment, kind: 'AppBinding', name: 'orders', type: 'kubedb.com/mariadb', version: '10.11.6' };

function filled(value: unknown, target: BlueprintTarget = deployment): { value: unknown; problems: string[] } {
  const problems: string[] = [];
  return { value: fillIn(value, variablesOf(target), 'spec.backend', (text) => problems.push(text)), problems };
}

test('variables stand for what they do in Stash', () => {
  const table: [BlueprintTarget, string, string][] = [
    [deployment, 'stash/${TARGET_NAMESPACE}/${TARGET_KIND}/${TARGET_NAME}', 'stash/shop/deployment/web'],
    [{ ...deployment, kind: 'StatefulSet' }, '${TARGET_RESOURCE}', 'statefulsets'],
    [{ ...deployment, kind: 'DaemonSet' }, '${TARGET_API_VERSION}', 'apps/v1'],
    [{ ...deployment, kind: 'PersistentVolumeClaim' }, '${TARGET_API_VERSION}-${TARGET_KIND}', 'v1-persistentvolumeclaim'],
    [database, '${TARGET_APP_GROUP}|${TARGET_APP_RESOURCE}|${TARGET_APP_TYPE}', 'kubedb.com|mariadb|kubedb.com/mariadb'],
    [database, '${TARGET_APP_RESOURCE}-backup-${TARGET_APP_VERSION}', 'mariadb-backup-10.11.6'],
    [{ ...database, type: 'mariadb' }, '${TARGET_APP_TYPE}', 'mariadb'],
    [deployment, 'no variables, $HOME and $(HOME)', 'no variables, $HOME and $(HOME)'],
  ];
  for (const [target, text, expected] of table) assert.deepEqual(filled(text, target), { value: expected, problems: [] });
});

test('an unknown variable, or one without a value, is named with its place', () => {
  const table: [BlueprintTarget, string, RegExp][] = [
    [deployment, '${TARGET_APPS}', /^spec\.backend\.s3\.prefix: \$\{TARGET_APPS\} is no variable.*TARGET_NAME/],
    [deployment, '${TARGET_NAME:=x}', /\$\{TARGET_NAME:=x\} is no variable/],
    [deployment, 'a/${TARGET_NAME', /\$\{TARGET_NAME is no variable/],
    [deployment, '${}', /\$\{\} is no variable/],
    [deployment, '${TARGET_APP_TYPE}', /has no value here; only an AppBinding with spec\.type/],
    [{ ...database, type: 'mariadb' }, '${TARGET_APP_GROUP}', /GROUP\/RESOURCE/],
    [{ ...database, version: '../../x' }, '${TARGET_APP_VERSION}', /would be "\.\.\/\.\.\/x"/],
    [{ ...database, version: '1\n2' }, '${TARGET_APP_VERSION}', /would be "1\\n2"/],
    [{ ...database, type: 'a/b/c' }, '${TARGET_APP_TYPE}', /would be/],
    [{ ...database, version: '${TARGET_NAME}' }, '${TARGET_APP_VERSION}', /would be/],
  ];
  for (const [target, prefix, expected] of table) {
    const { problems } = filled({ s3: { prefix } }, target);
    assert.equal(problems.length, 1, prefix);
    assert.match(problems[0] ?? '', expected);
  }
});

test('law: filling in keeps the shape of a tree, its keys, and every text without a variable', () => {
  const leaf = fc.oneof(
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.string().filter((text) => !text.includes('${')),
  );
  const tree = fc.letrec((tie) => ({
    node: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc.array(tie('node'), { maxLength: 4 }),
      fc.dictionary(fc.string(), tie('node'), { maxKeys: 4, noNullPrototype: true }),
    ),
  })).node;
  fc.assert(
    fc.property(tree, (value) => {
      assert.deepEqual(filled(value), { value, problems: [] });
    }),
  );
});

test('law: what an AppBinding says of itself adds no directory, whatever it is', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (type, version) => {
      const { value, problems } = filled('a/${TARGET_APP_VERSION}/${TARGET_APP_TYPE}', { ...database, type, version });
      if (problems.length > 0) return;
      const parts = String(value).split('/');
      assert.ok(parts.length <= 4 && parts.every((part) => part !== '' && part !== '.' && !part.includes('..')));
    }),
  );
});

test('only these kinds are annotated', () => {
  assert.ok(isBlueprintKind('AppBinding'));
  assert.ok(!isBlueprintKind('Pod'));
});
