import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCode } from '../../errors/error.ts';
import { positionSql } from './gtid.ts';

test('a position replaces what every table of positions holds', () => {
  const sql = positionSql('0-1-47,3-2-9', ['gtid_slave_pos', 'gtid_slave_pos_rocksdb']);
  assert.deepEqual(sql.trim().split('\n'), [
    'DELETE FROM mysql.gtid_slave_pos;',
    'DELETE FROM mysql.gtid_slave_pos_rocksdb;',
    'INSERT INTO mysql.gtid_slave_pos (domain_id, sub_id, server_id, seq_no) VALUES (0,1,1,47),(3,2,2,9);',
  ]);
});

test('what is no GTID is no SQL', () => {
  for (const gtid of ['', '0-1', '0-1-2); DROP TABLE x;--', '0-1-2,'])
    assert.throws(
      () => positionSql(gtid, ['gtid_slave_pos']),
      (error) => isCode(error, 'Invalid'),
    );
});
