import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { isCode } from '../errors/error.ts';
import { GRANT_PURPOSES, grantsSql } from './mariadb-grants.ts';

const FILES = { physical: 'mariadb-grants.sql', dump: 'mariadb-dump-grants.sql' };

for (const purpose of GRANT_PURPOSES)
  test(`examples/${FILES[purpose]} is what is printed, with a password`, () => {
    const example = readFileSync(new URL(`../../examples/${FILES[purpose]}`, import.meta.url), 'utf8');
    assert.equal(grantsSql({ purpose, password: "'change-me'" }), example);
  });

test('names are quoted, and the password is missing in a way that no server takes', () => {
  const sql = grantsSql({ purpose: 'dump', user: "o'brien", host: '10.1.%' });
  assert.match(sql, /CREATE USER IF NOT EXISTS 'o''brien'@'10\.1\.%' IDENTIFIED BY <a password of your own, in quotes>;/);
  assert.match(sql, /TO 'o''brien'@'10\.1\.%';/);
});

for (const user of ['', 'a\nb', 'a\\', 'x'.repeat(129)])
  test(`${JSON.stringify(user.slice(0, 10))} is no name of an account`, () => {
    assert.throws(
      () => grantsSql({ purpose: 'dump', user }),
      (error) => isCode(error, 'Invalid'),
    );
  });
