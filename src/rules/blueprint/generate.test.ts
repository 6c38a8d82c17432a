import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { BackupBlueprint } from '../../api/backup-blueprint.ts';
import { NAME_PATTERN } from '../../api/formats.ts';
import { validate } from '../../api/validate.ts';
import { targetWishes } from './annotations.ts';
import { type Generated, generate } from './generate.ts';
import { blueprintOf, marks, placeOf, targetOfMade } from './marks.ts';
import { isMadeName, madeName } from './names.ts';
import { BLUEPRINT_KINDS, type BlueprintTarget } from './target.ts';

const web: BlueprintTarget = { kind: 'Deployment', namespace: 'shop', name: 'web', uid: 'u-1', annotations: {} };
const orders: BlueprintTarget = { ...web, kind: 'AppBinding', name: 'orders', type: 'kubedb.com/mariadb', version: '10.11' };
const s3 = { bucket: 'b', endpoint: 'e', prefix: '${TARGET_NAMESPACE}/${TARGET_KIND}/${TARGET_NAME}' };

function blueprint(spec: object = {}): BackupBlueprint {
  const checked = validate({
    apiVersion: 'stash.appscode.com/v1beta1',
    kind: 'BackupBlueprint',
    metadata: { name: 'standard' },
    spec: { backend: { storageSecretName: 's3', s3 }, schedule: '@daily', retentionPolicy: { name: 'k', keepLast: 5 }, ...spec },
  });
  assert.ok(checked.ok, JSON.stringify(checked));
  return checked.object as BackupBlueprint;
}

function made(spec: object = {}, target = web, annotations: Record<string, string> = {}): Generated {
  const names = () => ({ repository: 'r', configuration: 'c' });
  return generate({ blueprint: blueprint(spec), target, wishes: targetWishes(target.kind, annotations), names });
}

test('a workload gets a Repository and a BackupConfiguration as Stash would make them, marked and owned', () => {
  const { repository, configuration } = made({}, web, { 'stash.appscode.com/target-paths': '/data' });
  assert.deepEqual(repository.spec, { backend: { storageSecretName: 's3', s3: { ...s3, prefix: 'shop/deployment/web' } } });
  assert.deepEqual(configuration.spec, {
    driver: 'Restic',
    backupHistoryLimit: 1,
    schedule: '@daily',
    repository: { name: 'r' },
    retentionPolicy: { name: 'k', keepLast: 5, prune: false },
    target: { ref: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, paths: ['/data'] },
  });
  assert.deepEqual(configuration.metadata.ownerReferences, [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'u-1' }]);
  assert.equal(repository.metadata.ownerReferences, undefined);
});

test('everything else of the blueprint is passed on as it stands; hooks and containers keep ${...} of their own', () => {
  const hooks = { preBackup: { exec: { command: ['sh', '-c', 'echo ${HOME} ${TARGET_NAME}'] } } };
  const runtimeSettings = { container: { env: [{ name: 'X', value: '${TARGET_NAME}' }] } };
  const spec = { execOps: [{ alias: 'full', schedule: '@daily' }], hooks, runtimeSettings, tempDir: { sizeLimit: '1Gi' }, timeOut: '1h' };
  const verifier = { name: '${TARGET_KIND}-proof', namespace: 'ops' };
  const { configuration } = made({
    ...spec,
    schedule: undefined,
    verifier,
    usagePolicy: { allowedNamespaces: { from: 'All' } },
    wipeOut: true,
  });
  for (const field of ['execOps', 'hooks', 'runtimeSettings', 'tempDir', 'timeOut'] as const)
    assert.deepEqual(configuration.spec[field], spec[field]);
  assert.deepEqual(configuration.spec.verifier, { name: 'deployment-proof', namespace: 'ops', when: 'Schedule' });
  for (const field of ['backend', 'usagePolicy', 'wipeOut']) assert.ok(!(field in configuration.spec));
});

test('the parts of a blueprint with variables are filled in', () => {
  const spec = { task: { name: '${TARGET_APP_RESOURCE}-backup-${TARGET_APP_VERSION}' } };
  assert.equal(made(spec, orders).configuration.spec.task?.name, 'mariadb-backup-10.11');
});

test('the target’s schedule goes where it is clear what it is for', () => {
  const plain = { 'stash.appscode.com/schedule': '*/5' };
  const of = (alias: string) => ({ [`schedule.stash.appscode.com/${alias}`]: '*/5' });
  const execOps = [{ alias: 'full', schedule: '@daily' }, { alias: 'restoreTest', schedule: '@weekly' }, { alias: 'manual' }];
  const two = [...execOps, { alias: 'incremental', schedule: '@hourly' }];
  const lines = (spec: object, annotations: Record<string, string>) => {
    const { execOps: found = [], schedule } = made({ schedule: undefined, ...spec }, web, annotations).configuration.spec;
    return [schedule, ...found.map((line) => line.schedule)];
  };
  assert.deepEqual(lines({ schedule: '@daily' }, plain), ['*/5']);
  assert.deepEqual(lines({}, plain), ['*/5']);
  assert.deepEqual(lines({ execOps }, plain), [undefined, '*/5', '@weekly', undefined]);
  assert.deepEqual(lines({ execOps: two }, of('incremental')), [undefined, '@daily', '@weekly', undefined, '*/5']);
  assert.throws(() => lines({ execOps: two }, plain), /2 backups on schedule.*full, incremental/);
  assert.throws(() => lines({ execOps }, of('manual')), /no alias "manual" with a schedule/);
  assert.throws(() => lines({ execOps }, of('other')), /no alias "other"/);
  assert.throws(() => lines({}, {}), /neither the blueprint nor the annotation/);
});

test('parameters are added to the task, and never replace what the blueprint sets', () => {
  const args = { 'params.stash.appscode.com/args': 'x' };
  const task = { name: 't', params: [{ name: 'user', value: 'root' }] };
  assert.deepEqual(made({ task }, web, args).configuration.spec.task, {
    name: 't',
    params: [...task.params, { name: 'args', value: 'x' }],
  });
  assert.deepEqual(made({}, web, args).configuration.spec.task, { params: [{ name: 'args', value: 'x' }] });
  assert.throws(() => made({ task }, web, { 'params.stash.appscode.com/user': 'me' }), /the blueprint sets this parameter itself/);
  const sidecar = [{ execAlias: ['backup'], function: { name: 'f' } }];
  assert.throws(() => made({ sidecar }, web, args), /binds functions/);
});

test('other namespaces are the blueprint’s to name, and for AppBindings alone', () => {
  const { repository, configuration } = made({ backupNamespace: 'backup' }, orders);
  assert.equal(repository.metadata.namespace, 'backup');
  assert.equal(configuration.metadata.namespace, 'backup');
  assert.equal(configuration.spec.target?.ref?.namespace, 'shop');
  assert.equal(configuration.metadata.ownerReferences, undefined);
  assert.throws(() => made({ backupNamespace: 'backup' }), /backed up from its own namespace \(shop\) alone/);
  const lent = made({ repoNamespace: 'ops' });
  assert.deepEqual(lent.configuration.spec.repository, { name: 'r', namespace: 'ops' });
  assert.equal(lent.configuration.metadata.namespace, 'shop');
});

test('law: annotations of a target reach their own fields and no other, whatever they hold', () => {
  const evil = fc.oneof(
    fc.string(),
    fc.constantFrom(
      '${TARGET_NAME}',
      'x\nspec:\n  wipeOut: true',
      '{{ .x }}',
      '"}],"wipeOut":true',
      '$(id)',
      '../..',
      'a,b:c:d',
      '__proto__',
    ),
  );
  const key = fc.stringMatching(/^[A-Za-z0-9]([-A-Za-z0-9_.]{0,20}[A-Za-z0-9])?$/);
  const base = made();
  fc.assert(
    fc.property(evil, evil, evil, key, evil, (paths, mounts, schedule, name, value) => {
      const annotations = {
        'stash.appscode.com/target-paths': paths,
        'stash.appscode.com/volume-mounts': mounts,
        'stash.appscode.com/schedule': schedule,
        [`params.stash.appscode.com/${name}`]: value,
      };
      const tries = [annotations, { [`params.stash.appscode.com/${name}`]: value }];
      for (const some of tries) {
        let result: Generated;
        try {
          result = made({}, web, some as Record<string, string>);
        } catch {
          continue;
        }
        const { task, schedule: _, target, ...rest } = result.configuration.spec;
        const { task: __, schedule: ___, target: before, ...expected } = base.configuration.spec;
        assert.deepEqual(rest, expected);
        assert.deepEqual(target?.ref, before?.ref);
        assert.deepEqual(task, { params: [{ name, value }] });
        assert.deepEqual(result.repository, base.repository);
        assert.deepEqual(result.configuration.metadata, base.configuration.metadata);
      }
    }),
  );
});

test('names are those of Stash, distinct where several blueprints want one, and never too long', () => {
  assert.equal(madeName(web, 'shop'), 'deployment-web');
  assert.equal(madeName(orders, 'shop'), 'app-orders');
  assert.equal(madeName(orders, 'backup'), 'shop-app-orders');
  assert.equal(madeName(web, 'shop', 'weekly'), 'deployment-web-weekly');
  const long = { ...web, name: 'x'.repeat(200) };
  const names = [
    madeName(long, 'shop'),
    madeName(long, 'shop', 'a'),
    madeName(long, 'shop', 'b'),
    madeName({ ...long, name: `${long.name}y` }, 'shop'),
  ];
  assert.equal(new Set(names).size, names.length);
  for (const name of names) assert.ok(name.length <= 63 && isMadeName(name, long, 'shop'));
  assert.ok(!isMadeName('mine', web, 'shop'));
});

test('law: every name that is given is one that Kubernetes takes, and is known again', () => {
  const part = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,60}[a-z0-9])?$/);
  const name = fc.oneof(
    fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('.')),
    fc.nat(100).map((dashes) => `a${'-'.repeat(dashes)}b`),
  );
  fc.assert(
    fc.property(name, part, part, fc.option(name), fc.constantFrom(...BLUEPRINT_KINDS), (its, home, namespace, second, kind) => {
      const target = { kind, namespace: home, name: its };
      for (const place of [home, namespace]) {
        const given = madeName(target, place, second ?? undefined);
        assert.ok(given.length <= 63 && new RegExp(NAME_PATTERN).test(given), given);
        assert.ok(isMadeName(given, target, place), given);
      }
    }),
  );
});

test('what was made is known by its marks, in its own place alone', () => {
  const { configuration } = made();
  const named = { ...configuration, metadata: { ...configuration.metadata, name: 'deployment-web' } };
  assert.equal(blueprintOf(named, web), 'standard');
  assert.deepEqual(targetOfMade(named, 'Deployment'), { namespace: 'shop', name: 'web' });
  assert.equal(targetOfMade(named, 'StatefulSet'), undefined);
  assert.equal(blueprintOf(named, { ...web, name: 'other' }), undefined);
  assert.equal(blueprintOf({ ...named, metadata: { ...named.metadata, namespace: 'elsewhere' } }, web), undefined);
  assert.equal(blueprintOf({ ...named, metadata: { ...named.metadata, name: 'my-copy' } }, web), undefined);
  assert.ok(marks(web, 'x'.repeat(80)).labels['stash.appscode.com/blueprint']?.length === 63);
});

test('a place is the same however it is spoken to, and volumes are those of a namespace', () => {
  const at = (backend: object, namespace = 'a') => placeOf(backend, namespace);
  assert.equal(at({ s3: { ...s3, region: 'x' }, storageSecretName: 'x' }), at({ s3: { ...s3, prefix: `/${s3.prefix}/` } }));
  assert.notEqual(at({ s3 }), at({ s3: { ...s3, bucket: 'c' } }));
  assert.equal(at({ s3 }, 'a'), at({ s3 }, 'b'));
  const local = { mountPath: '/x', persistentVolumeClaim: { claimName: 'c' } };
  assert.notEqual(at({ local }, 'a'), at({ local }, 'b'));
});
