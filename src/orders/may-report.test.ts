import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mayReport, sameTrust } from './may-report.ts';

const table: [agent: string, purpose: string, may: boolean][] = [
  ['pod/shop/db-0/stash', 'BackupSession/shop/one', true],
  ['pod/shop/db-0/stash', 'RestoreSession/shop/one', true],
  ['pod/shop/db-0/stash', 'BackupSession/other/one', false],
  ['pod/shop/db-0/stash', 'Repository/shop/one', false],
  ['gate/shop/db-0', 'RestoreSession/shop/one', true],
  ['gate/shop/db-0', 'RestoreSession/shop2/one', false],
  ['job/shop/backup', 'BackupSession/shop/one', true],
  ['job/shop/backup', 'BackupSession/shop', false],
  ['something/shop/x', 'BackupSession/other/one', false],
  ['', '', false],
  ['repository/ops/gcs', 'Repository/ops/gcs', true],
  ['repository/ops/gcs', 'RestoreSession/shop/one', true],
];
for (const [agent, purpose, may] of table)
  test(`${agent || '(no agent)'} ${may ? 'may' : 'may not'} report on ${purpose || '(nothing)'}`, () => {
    assert.equal(mayReport(agent, purpose), may);
  });

test('agents of one namespace are trusted with the same, those of repositories only with their own', () => {
  const one = 'pod/shop/db-0/stash';
  assert.ok(sameTrust(one, one));
  assert.ok(sameTrust(one, 'pod/shop/web-1/stash'));
  assert.ok(!sameTrust(one, 'pod/other/db-0/stash'));
  assert.ok(!sameTrust(one, 'repository/shop/gcs'));
  assert.ok(!sameTrust('repository/shop/gcs', 'repository/shop/s3'));
});
