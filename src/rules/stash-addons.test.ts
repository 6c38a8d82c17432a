import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownFunctionFor, successorOf } from './stash-addons.ts';

const names: [name: string, says: RegExp | undefined][] = [
  ['mysql-restore-${TARGET_APP_VERSION}', /dump program/],
  ['percona-xtradb-backup-5.7', /dump program/],
  ['pg-backup', /dump program/],
  ['pvc-backup', undefined],
  ['mariadb-physical', undefined],
  ['our-orders-backup-1', undefined],
  ['mariadb-backup-now', undefined],
];
for (const [name, says] of names)
  test(`${name} ${says === undefined ? 'is nobody else’s' : 'has a successor'}`, () => {
    if (says === undefined) assert.equal(successorOf(name), undefined);
    else assert.match(successorOf(name) ?? '', says);
  });

const own: [name: string, is: string | undefined][] = [
  ['mariadb-backup-10.5.8', 'mariadb-dump'],
  ['mariadb-backup', 'mariadb-dump'],
  ['mariadb-restore-10.6.23-v3', 'mariadb-dump-restore'],
  ['mariadb-backup-${TARGET_APP_VERSION}', 'mariadb-dump'],
  ['mysql-backup-8.0.14', undefined],
  ['mariadb-backup-now', undefined],
  ['mariadb-dump', undefined],
];
for (const [name, is] of own) test(`${name} means ${is ?? 'no function of ours'}`, () => assert.equal(ownFunctionFor(name), is));
