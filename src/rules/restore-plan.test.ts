import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Snapshot } from '../engine/engine.ts';
import { isCode } from '../errors/error.ts';
import type { HostRestore } from './host-rules.ts';
import { choosePreferringComplete, chooseSnapshots } from './restore-plan.ts';

const TARGET = 'shop/Host/machine';
let count = 0;
function snapshot(hour: number, paths: string[], more: Partial<Snapshot> & { target?: string } = {}): Snapshot {
  const { target = TARGET, ...rest } = more;
  count += 1;
  const id = count.toString(16).padStart(8, '0').padEnd(64, 'a');
  const tags = target === '' ? [] : [`stash.target=${target}`];
  return { id, time: `2026-11-22T${String(hour).padStart(2, '0')}:00:00.5+01:00`, host: 'docs', paths, tags, tree: 'x', ...rest };
}

const newestOf = (from: Partial<HostRestore> = {}): HostRestore => ({
  sourceHost: 'docs',
  from: { paths: [] },
  include: [],
  exclude: [],
  ...from,
});
const chosen = (snapshots: readonly Snapshot[], rule = newestOf(), target = TARGET) =>
  chooseSnapshots(snapshots, rule, target).map(({ id, paths }) => [snapshots.findIndex((one) => one.id === id), ...paths]);

test('the newest of the host is taken, whatever the order they are listed in', () => {
  assert.deepEqual(chosen([snapshot(3, ['/a']), snapshot(1, ['/a']), snapshot(5, ['/a'], { host: 'other' })]), [[0, '/a']]);
});

test('times are compared as times: restic writes them with the zone of the host', () => {
  const late = snapshot(1, ['/a'], { time: '2026-11-22T01:30:00Z' });
  assert.deepEqual(chosen([late, snapshot(2, ['/a'])]), [[0, '/a']]);
});

test('of several sets of paths the newest of each is taken, but none whose paths a later one holds too', () => {
  assert.deepEqual(chosen([snapshot(1, ['/a']), snapshot(2, ['/b'])]), [
    [0, '/a'],
    [1, '/b'],
  ]);
  assert.deepEqual(chosen([snapshot(1, ['/a/deep']), snapshot(2, ['/a', '/b'])]), [[1, '/a', '/b']]);
  assert.deepEqual(chosen([snapshot(1, ['/ab']), snapshot(2, ['/a'])]), [
    [0, '/ab'],
    [1, '/a'],
  ]);
});

test('a path takes the newest snapshot that holds it, and only that path of it', () => {
  const rule = newestOf({ from: { paths: ['/a/deep'] } });
  assert.deepEqual(chosen([snapshot(1, ['/a']), snapshot(2, ['/b'])], rule), [[0, '/a/deep']]);
  assert.deepEqual(chosen([snapshot(1, ['/'])], rule), [[0, '/a/deep']]);
  assert.throws(
    () => chosen([snapshot(1, ['/b'])], rule),
    (error) => isCode(error, 'SnapshotNotFound') && /\/a\/deep.*\/b/.test(error.message),
  );
});

test('a snapshot is named by its id, the beginning of it, or as Stash names it, whoever wrote it', () => {
  const [first, second] = [snapshot(1, ['/a'], { target: 'shop/Host/other', host: 'other' }), snapshot(2, ['/a'])];
  for (const name of [first.id, first.id.slice(0, 8), `repo-${first.id.slice(0, 8)}`])
    assert.deepEqual(chosen([first, second], newestOf({ from: { snapshots: [name] } })), [[0, '/a']], name);
  for (const name of ['latest', 'ffffffff', first.id.slice(0, 7), 'repo-'])
    assert.throws(
      () => chosen([first, second], newestOf({ from: { snapshots: [name] } })),
      (error) => isCode(error, 'SnapshotNotFound'),
      name,
    );
  const twins = [snapshot(1, [], { id: `abcdef01${'0'.repeat(56)}` }), snapshot(1, [], { id: `abcdef01${'1'.repeat(56)}` })];
  assert.throws(() => chosen(twins, newestOf({ from: { snapshots: ['abcdef01'] } })), /several/);
});

test('where two targets used the name of the host one after another, each gets its own', () => {
  const both = [snapshot(1, ['/a']), snapshot(2, ['/a'], { target: 'shop/Host/other' })];
  assert.deepEqual(chosen(both), [[0, '/a']]);
  assert.deepEqual(chosen(both, newestOf(), 'shop/Host/other'), [[1, '/a']]);
  assert.throws(() => chosen(both, newestOf(), 'shop/Host/third'), /shop\/Host\/machine and shop\/Host\/other/);
});

test('another target may be given what one target stored, and what Stash stored without saying whose it is', () => {
  assert.deepEqual(chosen([snapshot(1, ['/a'])], newestOf(), 'shop/Host/copy'), [[0, '/a']]);
  assert.deepEqual(chosen([snapshot(1, ['/a']), snapshot(2, ['/a'], { target: '' })]), [[1, '/a']]);
});

test('without any snapshot of the host, those there are get named', () => {
  assert.throws(
    () => chosen([snapshot(1, ['/a'], { host: 'web' }), snapshot(1, ['/a'], { host: 'stash-records' })]),
    /"docs"; the repository has web$/,
  );
});

test('of our own sessions only the newest counts: what its configuration named before is left alone', () => {
  const of = (name: string) => ({ tags: [`stash.target=${TARGET}`, `stash.session=shop/${name}`] });
  const before = snapshot(1, ['/a', '/b'], of('one'));
  const after = snapshot(2, ['/a'], of('two'));
  const again = snapshot(3, ['/a'], of('two'));
  assert.deepEqual(chosen([before, after]), [[1, '/a']]);
  assert.deepEqual(chosen([before, after, again]), [[2, '/a']]);
});

test('an older set of paths never writes over what a newer one holds a part of', () => {
  assert.deepEqual(chosen([snapshot(1, ['/a', '/b'], { target: '' }), snapshot(2, ['/a'], { target: '' })]), [[1, '/a']]);
  assert.deepEqual(chosen([snapshot(1, ['/a/deep'], { target: '' }), snapshot(2, ['/a'], { target: '' })]), [[1, '/a']]);
});

test('an incomplete snapshot is passed over while there is a complete one, and taken when it is named or alone', () => {
  const [whole, partial] = [snapshot(1, ['/a']), snapshot(2, ['/a'])];
  const choose = (all: Snapshot[], rule = newestOf()) => {
    const { chosen: taken, passedOver } = choosePreferringComplete(all, new Set([partial.id]), rule, TARGET);
    return { taken: taken.map(({ id, incomplete }) => [id === partial.id ? 'partial' : 'whole', incomplete]), passedOver };
  };
  assert.deepEqual(choose([whole, partial]), { taken: [['whole', false]], passedOver: [partial.id] });
  assert.deepEqual(choose([partial]), { taken: [['partial', true]], passedOver: [] });
  const named = newestOf({ from: { snapshots: [partial.id.slice(0, 8)] } });
  assert.deepEqual(choose([whole, partial], named), { taken: [['partial', true]], passedOver: [] });
});

test('a snapshot of logs or records is never taken for data of a target, and refused when it is named', () => {
  const data = snapshot(1, ['/stage/chain']);
  const logs = snapshot(2, ['/stage/log'], { tags: [`stash.target=${TARGET}`, 'stash.series=log'] });
  assert.deepEqual(chosen([data, logs]), [[0, '/stage/chain']]);
  assert.deepEqual(choosePreferringComplete([data, logs], new Set(), newestOf(), TARGET).chosen[0]?.id, data.id);
  assert.throws(
    () => chosen([data, logs], newestOf({ from: { snapshots: [logs.id.slice(0, 8)] } })),
    (error) => isCode(error, 'SnapshotNotFound') && /series "log"/.test((error as Error).message),
  );
});

test('of the chain of a host the newest snapshot is taken, which holds all of it', () => {
  const of = (session: string, link: string) => ({
    tags: [`stash.target=${TARGET}`, `stash.session=shop/${session}`, 'stash.chain=3fa9', `stash.link=${link}`],
  });
  const links = [snapshot(1, ['/stage/chain'], of('one', 'full')), snapshot(2, ['/stage/chain'], of('two', 'incremental-0001'))];
  const caughtUp = [
    ...links,
    snapshot(3, ['/stage/chain'], of('three', 'incremental-0002')),
    snapshot(4, ['/stage/chain'], of('three', 'full')),
  ];
  assert.deepEqual(chosen(links), [[1, '/stage/chain']]);
  assert.deepEqual(chosen(caughtUp), [[3, '/stage/chain']]);
});
