import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mayMakeRole } from './role-statement.ts';

const STATEMENTS: [statement: string, may: boolean][] = [
  ['CREATE ROLE r', true],
  ['create or replace role r WITH ADMIN u', true],
  ['  /* why */ -- and\n# more\nDROP ROLE IF EXISTS r', true],
  ['/*!100005 CREATE ROLE r */', true],
  ['/*M!100005 CREATE ROLE r */', true],
  ['SET DEFAULT ROLE r FOR u', true],
  ['SET ROLE r', true],
  ['GRANT r TO u', true],
  ['REVOKE r FROM u', true],
  ['SET STATEMENT max_statement_time=1 FOR CREATE ROLE r', true],
  ['GRANT SELECT ON d.role TO u', false],
  ['CREATE TABLE d.t (role INT)', false],
  ['ALTER TABLE d.t ADD COLUMN role INT', false],
  ['/* CREATE ROLE r */ DROP TABLE d.t', false],
  ["INSERT INTO t VALUES ('CREATE ROLE r')", false],
  ['', false],
];
for (const [statement, may] of STATEMENTS)
  test(`${JSON.stringify(statement)} ${may ? 'may make a role' : 'makes no role'}`, () => assert.equal(mayMakeRole(statement), may));
