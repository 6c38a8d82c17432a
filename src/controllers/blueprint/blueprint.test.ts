import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { keyOf } from '../../api/object.ts';
import { marks } from '../../rules/blueprint/marks.ts';
import { BLUEPRINT_KINDS, type BlueprintKind } from '../../rules/blueprint/target.ts';
import { BACKEND, BLUEPRINT, type BlueprintBed, blueprintBed } from '../testing/blueprint-bed.ts';
import { repository } from '../testing/manifests.ts';

const opened: BlueprintBed[] = [];
after(() => Promise.all(opened.map((one) => one.operator.close())));

async function bed(): Promise<BlueprintBed> {
  const one = await blueprintBed();
  opened.push(one);
  return one;
}

const WEB: [BlueprintKind, string] = ['Deployment', 'web'];
const NOT_FOLLOWED = 'stash.appscode.com/blueprint-not-followed';
const names = async ({ operator }: BlueprintBed, kind: 'Repository' | 'BackupConfiguration') =>
  (await operator.list(kind)).map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);

test('each annotated kind gets a Repository and a BackupConfiguration of its own, and the next look writes nothing', async () => {
  const one = await bed();
  await one.blueprint('standard');
  for (const kind of BLUEPRINT_KINDS) await one.target(kind, 'web', { [BLUEPRINT]: 'standard' });
  await one.target('Deployment', 'other', {});
  const all = [
    ...BLUEPRINT_KINDS.map((kind): [BlueprintKind, string] => [kind, 'web']),
    ['Deployment', 'other'] as [BlueprintKind, string],
  ];
  assert.equal(await one.settle(...all), 10);
  const expected = ['app-web', 'daemonset-web', 'deployment-web', 'persistentvolumeclaim-web', 'statefulset-web'].map(
    (name) => `shop/${name}`,
  );
  assert.deepEqual(await names(one, 'Repository'), expected);
  assert.deepEqual(await names(one, 'BackupConfiguration'), expected);
  assert.equal(await one.settle(...all), 0);
  assert.ok(
    (await one.events()).includes('web BackupConfigured: BackupConfiguration shop/deployment-web was made after BackupBlueprint standard'),
  );
});

test('two blueprints make two of each; what was made keeps its name whatever the target names later', async () => {
  const one = await bed();
  await one.blueprint('daily');
  await one.blueprint('weekly', { backend: { ...BACKEND, s3: { ...BACKEND.s3, bucket: 'w' } }, schedule: '@weekly' });
  await one.target(...WEB, { [BLUEPRINT]: 'weekly' });
  await one.settle(WEB);
  await one.annotate(...WEB, { [BLUEPRINT]: 'daily,weekly' });
  await one.settle(WEB);
  assert.deepEqual(await names(one, 'BackupConfiguration'), ['shop/deployment-web', 'shop/deployment-web-daily']);
  assert.deepEqual(await names(one, 'Repository'), ['shop/deployment-web', 'shop/deployment-web-daily']);
  assert.equal((await one.configuration('deployment-web'))?.spec.schedule, '@weekly');
  const daily = await one.configuration('deployment-web-daily');
  assert.equal(daily?.spec.repository?.name, 'deployment-web-daily');
  await one.annotate(...WEB, { [BLUEPRINT]: 'daily' });
  await one.settle(WEB);
  assert.deepEqual(await names(one, 'BackupConfiguration'), ['shop/deployment-web-daily']);
  assert.deepEqual(await names(one, 'Repository'), ['shop/deployment-web', 'shop/deployment-web-daily']);
});

test('another blueprint of the same place takes over what was made', async () => {
  const one = await bed();
  await one.blueprint('old');
  await one.blueprint('new', { schedule: '@hourly' });
  await one.target(...WEB, { [BLUEPRINT]: 'old' });
  await one.settle(WEB);
  const before = await one.configuration('deployment-web');
  await one.annotate(...WEB, { [BLUEPRINT]: 'new' });
  await one.settle(WEB);
  const configuration = await one.configuration('deployment-web');
  assert.equal(configuration?.metadata.uid, before?.metadata.uid);
  assert.equal(configuration?.spec.schedule, '@hourly');
  assert.equal(configuration?.metadata.annotations?.['stash.appscode.com/blueprint'], 'new');
  assert.deepEqual(await names(one, 'Repository'), ['shop/deployment-web']);
});

test('nothing is taken away for a blueprint that is not there yet: it may be mistyped, or come a moment later', async () => {
  const one = await bed();
  await one.blueprint('old');
  await one.target(...WEB, { [BLUEPRINT]: 'old' });
  await one.settle(WEB);
  const before = await one.configuration('deployment-web');
  await one.annotate(...WEB, { [BLUEPRINT]: 'new' });
  await one.settle(WEB);
  const kept = await one.configuration('deployment-web');
  assert.deepEqual(kept?.spec, before?.spec);
  assert.match(kept?.metadata.annotations?.[NOT_FOLLOWED] ?? '', /^BlueprintNotFound: there is no BackupBlueprint new/);
  await one.blueprint('new', { schedule: '@hourly' });
  await one.settle(WEB);
  const configuration = await one.configuration('deployment-web');
  assert.deepEqual([configuration?.metadata.uid, configuration?.spec.schedule], [before?.metadata.uid, '@hourly']);
  assert.equal(configuration?.metadata.annotations?.[NOT_FOLLOWED], undefined);
});

test('schedules, retention and hooks follow the blueprint; what was paused by hand stays paused', async () => {
  const one = await bed();
  await one.blueprint('standard');
  await one.target(...WEB, { [BLUEPRINT]: 'standard', 'stash.appscode.com/target-paths': '/data' });
  await one.settle(WEB);
  const made = await one.configuration('deployment-web');
  assert.ok(made);
  await one.operator.store.replace('BackupConfiguration', { ...made, spec: { ...made.spec, paused: true, timeOut: '1h' } });
  const hooks = { preBackup: { exec: { command: ['true'] } } };
  await one.edit('standard', { schedule: '@hourly', retentionPolicy: { name: 'k', keepLast: 9, prune: true }, hooks });
  await one.settle(WEB);
  const { spec } = (await one.configuration('deployment-web')) ?? {};
  assert.deepEqual(
    [spec?.schedule, spec?.retentionPolicy?.keepLast, spec?.hooks, spec?.paused, spec?.timeOut],
    ['@hourly', 9, hooks, true, undefined],
  );
  assert.deepEqual(spec?.target?.paths, ['/data']);
  const told = (await one.events()).filter((text) => text.includes('BlueprintFollowed'));
  assert.equal(told.length, 1);
  for (const field of ['spec.schedule', 'spec.retentionPolicy', 'spec.hooks', 'spec.timeOut']) assert.ok(told[0]?.includes(field), field);
});

test('a changed backend moves nobody: the Repository stays, the rest follows, and both target and configuration say so', async () => {
  const one = await bed();
  await one.blueprint('standard');
  await one.target(...WEB, { [BLUEPRINT]: 'standard' });
  await one.settle(WEB);
  await one.edit('standard', {
    backend: { ...BACKEND, storageSecretName: 'other' },
    schedule: '@hourly',
    usagePolicy: { allowedNamespaces: { from: 'All' } },
  });
  await one.settle(WEB);
  assert.equal(await one.settle(WEB), 0);
  const stored = await one.operator.store.get('Repository', { namespace: 'shop', name: 'deployment-web' });
  assert.equal(stored?.spec.backend.storageSecretName, 'storage');
  assert.equal(stored?.spec.usagePolicy?.allowedNamespaces?.from, 'All');
  const configuration = await one.configuration('deployment-web');
  assert.equal(configuration?.spec.schedule, '@hourly');
  assert.match(configuration?.metadata.annotations?.[NOT_FOLLOWED] ?? '', /^BackendChanged: .*shop\/deployment-web stays/);
  assert.ok((await one.events()).some((text) => text.startsWith('web BackendChanged: ')));
  await one.edit('standard', { backend: BACKEND });
  await one.settle(WEB);
  assert.equal((await one.configuration('deployment-web'))?.metadata.annotations?.[NOT_FOLLOWED], undefined);
});

test('an annotation removed takes the BackupConfiguration away and leaves the Repository; put back, it is used again', async () => {
  const one = await bed();
  await one.blueprint('standard');
  await one.target(...WEB, { [BLUEPRINT]: 'standard' });
  await one.settle(WEB);
  const before = await one.operator.store.get('Repository', { namespace: 'shop', name: 'deployment-web' });
  await one.annotate(...WEB, {});
  await one.settle(WEB);
  assert.deepEqual(await names(one, 'BackupConfiguration'), []);
  assert.ok((await one.events()).some((text) => /^web BackupRemoved: .*Repository deployment-web and its snapshots stay/.test(text)));
  await one.annotate(...WEB, { [BLUEPRINT]: 'standard' });
  await one.settle(WEB);
  assert.deepEqual(await names(one, 'BackupConfiguration'), ['shop/deployment-web']);
  const [now] = await one.operator.list('Repository');
  assert.equal(now?.metadata.uid, before?.metadata.uid);
});

test('the configuration goes with its target, also one in a namespace for backups; the Repository stays', async () => {
  const one = await bed();
  await one.blueprint('standard');
  await one.blueprint('central', { backupNamespace: 'backup', backend: { ...BACKEND, s3: { ...BACKEND.s3, bucket: 'c' } } });
  await one.target(...WEB, { [BLUEPRINT]: 'standard' });
  await one.target('AppBinding', 'orders', { [BLUEPRINT]: 'central' });
  await one.settle(WEB, ['AppBinding', 'orders']);
  assert.deepEqual(await names(one, 'BackupConfiguration'), ['backup/shop-app-orders', 'shop/deployment-web']);
  await one.operator.store.delete('Deployment', { namespace: 'shop', name: 'web' });
  await one.operator.store.delete('AppBinding', { namespace: 'shop', name: 'orders' });
  await one.settle(WEB, ['AppBinding', 'orders']);
  assert.deepEqual(await names(one, 'BackupConfiguration'), []);
  assert.deepEqual(await names(one, 'Repository'), ['backup/shop-app-orders', 'shop/deployment-web']);
});

test('a blueprint that is not there yet is told of once, and taken up when it appears', async () => {
  const one = await bed();
  await one.target(...WEB, { [BLUEPRINT]: 'standard' });
  assert.equal(await one.settle(WEB, WEB, WEB), 0);
  const [event, ...more] = (await one.operator.list('Event')).filter(({ reason }) => reason === 'BlueprintNotFound');
  assert.deepEqual([event?.type, event?.count, event?.involvedObject.kind, more], ['Warning', 1, 'Deployment', []]);
  await one.blueprint('standard');
  await one.settle(WEB);
  assert.deepEqual(await names(one, 'BackupConfiguration'), ['shop/deployment-web']);
});

test('without its blueprint what was made stays as it was, and says so', async () => {
  const one = await bed();
  await one.blueprint('standard');
  await one.target(...WEB, { [BLUEPRINT]: 'standard' });
  await one.settle(WEB);
  const before = await one.configuration('deployment-web');
  await one.operator.store.delete('BackupBlueprint', { namespace: '', name: 'standard' });
  await one.settle(WEB);
  const after_ = await one.configuration('deployment-web');
  assert.deepEqual(after_?.spec, before?.spec);
  assert.match(after_?.metadata.annotations?.[NOT_FOLLOWED] ?? '', /^BlueprintNotFound: there is no BackupBlueprint standard/);
});

test('annotations that cannot be followed change nothing that is there, and are told of', async () => {
  const one = await bed();
  await one.blueprint('standard');
  await one.target(...WEB, { [BLUEPRINT]: 'standard' });
  await one.settle(WEB);
  const before = await one.configuration('deployment-web');
  for (const [annotations, reason] of [
    [{ [BLUEPRINT]: 'Standard' }, /^AnnotationInvalid: .*"Standard"/],
    [{ [BLUEPRINT]: 'standard', 'stash.appscode.com/schedule': 'soon' }, /^AnnotationInvalid: .*stash\.appscode\.com\/schedule.*soon/],
    [{ [BLUEPRINT]: 'standard', 'schedule.stash.appscode.com/full': '@daily' }, /^BlueprintNotApplied: BackupBlueprint standard: .*"full"/],
  ] as const) {
    await one.annotate(...WEB, annotations as Record<string, string>);
    await one.settle(WEB);
    const configuration = await one.configuration('deployment-web');
    assert.deepEqual(configuration?.spec, before?.spec);
    assert.match(configuration?.metadata.annotations?.[NOT_FOLLOWED] ?? '', reason);
  }
});

test('what somebody else made under that name is never touched, and nothing is half made', async () => {
  const one = await bed();
  await one.blueprint('standard');
  const { store } = one.operator;
  const mine = await store.create('Repository', repository('deployment-web'));
  await one.target(...WEB, { [BLUEPRINT]: 'standard' });
  assert.equal(await one.settle(WEB), 0);
  assert.deepEqual(await store.get('Repository', keyOf(mine)), mine);
  const told = (await one.events()).find((text) => text.startsWith('web NameTaken: '));
  assert.match(told ?? '', /Repository shop\/deployment-web .*shop\/Deployment\/web.*BackupBlueprint standard/);
});

test('a blueprint that does not set its targets apart makes one, and refuses the next', async () => {
  const one = await bed();
  await one.blueprint('flat', { backend: { ...BACKEND, s3: { ...BACKEND.s3, prefix: 'all' } } });
  await one.target(...WEB, { [BLUEPRINT]: 'flat' });
  await one.target('Deployment', 'web', { [BLUEPRINT]: 'flat' }, 'foreign');
  await one.settle(WEB, ['Deployment', 'web', 'foreign']);
  assert.deepEqual(await names(one, 'Repository'), ['shop/deployment-web']);
  const told = (await one.events()).find((text) => text.startsWith('web PlaceTaken: '));
  assert.match(told ?? '', /foreign\/deployment-web would be where those of a Repository of another namespace are/);
  assert.doesNotMatch(told ?? '', /shop/);
  // Nor does it join what somebody made by hand.
  const { store } = one.operator;
  const byHand = repository('by-hand', { backend: { ...BACKEND, s3: { ...BACKEND.s3, prefix: '/shop/deployment/other/' } } });
  await store.create('Repository', byHand);
  const elsewhere = repository('by-hand', { backend: { ...BACKEND, s3: { ...BACKEND.s3, prefix: 'shop/statefulset/other' } } });
  const opened = await store.create('Repository', { ...elsewhere, metadata: { ...elsewhere.metadata, namespace: 'secretive' } });
  const status = { repositoryID: 'a1', location: 's3:s3.example.org/b/shop/statefulset/other' };
  await store.replaceStatus('Repository', { ...opened, status });
  await one.blueprint('standard');
  await one.target('Deployment', 'other', { [BLUEPRINT]: 'standard' });
  await one.target('StatefulSet', 'other', { [BLUEPRINT]: 'standard' });
  assert.equal(await one.settle(['Deployment', 'other'], ['StatefulSet', 'other']), 0);
  const refused = (await one.events()).filter((text) => text.startsWith('other PlaceTaken: '));
  assert.equal(refused.length, 2);
  assert.match(refused.join('\n'), /those of Repository shop\/by-hand are/);
  assert.match(refused.join('\n'), /those of a Repository of another namespace are/);
  assert.doesNotMatch(refused.join('\n'), /secretive/);
});

test('a Repository of another namespace that is not where it says keeps no place from a target', async () => {
  const one = await bed();
  const { store } = one.operator;
  await one.blueprint('standard');
  const forged = (namespace: string) => marks({ kind: 'Deployment', namespace, name: 'web' }, 'standard');
  for (const [name, status, marked] of [
    ['written', undefined, {}],
    ['moved', { repositoryID: 'a1', location: 's3:s3.example.org/mine/x' }, {}],
    ['deployment-web', undefined, forged('foreign')],
    ['shop-deployment-web', undefined, forged('shop')],
  ] as const) {
    const there = repository(name, { backend: { ...BACKEND, s3: { ...BACKEND.s3, prefix: 'shop/deployment/web' } } });
    const squatter = await store.create('Repository', { ...there, metadata: { ...there.metadata, ...marked, namespace: 'foreign' } });
    if (status !== undefined) await store.replaceStatus('Repository', { ...squatter, status });
  }
  await one.target(...WEB, { [BLUEPRINT]: 'standard' });
  assert.equal(await one.settle(WEB), 2);
  assert.ok((await names(one, 'Repository')).includes('shop/deployment-web'));
});

test('a copy of what was made, in another namespace or under another name, is nobody’s to change or delete', async () => {
  const one = await bed();
  const { store } = one.operator;
  await one.blueprint('standard');
  await one.target(...WEB, { [BLUEPRINT]: 'standard' });
  await one.settle(WEB);
  const made = await one.configuration('deployment-web');
  assert.ok(made);
  const { labels = {}, annotations = {} } = made.metadata;
  for (const [namespace, name] of [
    ['elsewhere', 'deployment-web'],
    ['shop', 'my-copy'],
  ] as const)
    await store.create('BackupConfiguration', { ...made, metadata: { namespace, name, labels, annotations } });
  await one.annotate(...WEB, {});
  await one.settle(WEB);
  assert.deepEqual(await names(one, 'BackupConfiguration'), ['elsewhere/deployment-web', 'shop/my-copy']);
});

test('a target that was made anew under its name owns the configuration', async () => {
  const one = await bed();
  const { store } = one.operator;
  await one.blueprint('central', { repoNamespace: 'ops' });
  const first = await one.target(...WEB, { [BLUEPRINT]: 'central' });
  await one.settle(WEB);
  await store.delete('Deployment', keyOf(first));
  const second = await one.target(...WEB, { [BLUEPRINT]: 'central' });
  await one.settle(WEB);
  const configuration = await one.configuration('deployment-web');
  assert.deepEqual(
    configuration?.metadata.ownerReferences?.map(({ uid }) => uid),
    [second.metadata.uid],
  );
  assert.deepEqual(configuration?.spec.repository, { name: 'shop-deployment-web', namespace: 'ops' });
});

test('whether it follows its blueprint is a condition of the configuration', async () => {
  const one = await bed();
  await one.blueprint('standard');
  const orders: [BlueprintKind, string] = ['AppBinding', 'orders'];
  await one.target(...orders, { [BLUEPRINT]: 'standard' });
  const followed = async () => {
    await one.settle(orders);
    await one.operator.settle();
    const found = (await one.configuration('app-orders'))?.status?.conditions?.find(({ type }) => type === 'BlueprintFollowed');
    return [found?.status, found?.reason, found?.message];
  };
  assert.deepEqual(await followed(), ['True', 'Followed', 'as BackupBlueprint standard says']);
  await one.operator.store.delete('BackupBlueprint', { namespace: '', name: 'standard' });
  assert.deepEqual(await followed(), ['False', 'BlueprintNotFound', 'there is no BackupBlueprint standard']);
});
