import assert from 'node:assert/strict';
import { test } from 'node:test';
import { successorOf } from './stash-addons.ts';

const names: [name: string, says: RegExp | undefined][] = [
  ['mariadb-backup-10.5.8', /mariadb-physical/],
  ['mariadb-restore-10.6.23-v3', /mariadb-restore/],
  ['mariadb-backup-${TARGET_APP_VERSION}', /mariadb-physical/],
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
