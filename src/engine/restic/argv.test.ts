import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { BackupRequest, RestoreRequest } from '../engine.ts';
import { argv } from './argv.ts';

const backup: BackupRequest = { source: { type: 'paths', paths: ['/a'], exclude: [] }, host: 'h', tags: [], force: false, args: [] };
const restore: RestoreRequest = { snapshotId: 'id', target: '/t', include: [], exclude: [], delete: false, args: [] };
const command = { type: 'command' as const, command: ['dump', '-x'], fileName: '/d', env: {} };

test('each request has its command line', () => {
  const cases: [string[], string][] = [
    [argv.backup(backup), 'backup --host=h -- /a'],
    [argv.backup({ ...backup, tags: ['a=b', 'c'], force: true, args: ['-x'] }), 'backup --host=h --tag=a=b --tag=c --force -x -- /a'],
    [
      argv.backup({ ...backup, source: { type: 'paths', paths: ['/a', '/-b'], exclude: ['*.tmp', '-q'] } }),
      'backup --host=h --exclude=*.tmp --exclude=-q -- /a /-b',
    ],
    [
      argv.backup({ ...backup, source: command }, ['PW']),
      'backup --host=h --stdin-from-command --stdin-filename=/d -- env -u PW -- dump -x',
    ],
    [argv.save({ fileName: '/r', host: 'h', tags: ['t'] }), 'backup --host=h --tag=t --stdin --stdin-filename=/r'],
    [argv.restore(restore), 'restore --target=/t --overwrite=if-changed --sparse -- id'],
    [
      argv.restore({ ...restore, path: '/a b', include: ['x'], delete: true, args: ['--verify'] }),
      'restore --target=/t --overwrite=if-changed --sparse --include=x --delete --verify -- id:/a b',
    ],
    [argv.prune({ maxRepackSize: '10G' }), 'prune --max-repack-size=10G'],
    [argv.check({ readDataSubset: '5%' }), 'check --read-data-subset=5%'],
    [argv.forget(['a', 'b']), 'forget -- a b'],
    [argv.dump({ snapshotId: 'id', path: '/f' }), 'dump --no-lock -- id /f'],
    [argv.dump({ newestWith: 'a=b', path: 'f' }), 'dump --no-lock --tag=a=b -- latest /f'],
  ];
  for (const [args, line] of cases) assert.equal(args.join(' '), line);
});

test('relative paths and tags that restic would split are refused', () => {
  assert.throws(() => argv.backup({ ...backup, source: { type: 'paths', paths: ['a'], exclude: [] } }), /not absolute/);
  assert.throws(() => argv.restore({ ...restore, target: 'here' }), /not absolute/);
  assert.throws(() => argv.restore({ ...restore, path: 'here' }), /not absolute/);
  assert.throws(() => argv.restore({ ...restore, include: ['a'], exclude: ['b'] }), /cannot be combined/);
  for (const tag of ['a,b', '']) assert.throws(() => argv.backup({ ...backup, tags: [tag] }), /no comma/);
});

test('whatever a pattern, host or tag says, it is never a flag of its own', () => {
  const text = fc.string({ minLength: 1 }).filter((each) => !each.includes(','));
  fc.assert(
    fc.property(text, text, text, (host, tag, pattern) => {
      const args = argv.backup({ ...backup, host, tags: [tag], source: { type: 'paths', paths: ['/a'], exclude: [pattern] } });
      assert.deepEqual(args, ['backup', `--host=${host}`, `--tag=${tag}`, `--exclude=${pattern}`, '--', '/a']);
    }),
  );
});
