import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { serverFacts, whyUnsupported } from './server-facts.ts';

const ORDINARY = {
  version: '10.11.19-MariaDB-log',
  version_comment: 'Debian 12',
  datadir: '/var/lib/mysql/',
  server_id: '1',
  server_uid: 'abc=',
  port: '3306',
  wsrep_on: 'OFF',
  innodb_data_home_dir: '',
  innodb_log_group_home_dir: './',
  innodb_undo_directory: './',
  innodb_data_file_path: 'ibdata1:12M:autoextend',
  aria_log_dir_path: '/var/lib/mysql/',
  innodb_encrypt_tables: 'OFF',
  innodb_encrypt_log: 'OFF',
  aria_encrypt_tables: 'OFF',
};

describe('a server that a physical backup can hold whole', () => {
  it('keeps everything in its data directory, unencrypted', () => {
    assert.equal(whyUnsupported(new Map(Object.entries(ORDINARY))), undefined);
    assert.equal(serverFacts(new Map(Object.entries(ORDINARY))).datadir, '/var/lib/mysql');
  });

  it('may have its binlogs elsewhere, named from its data directory', () => {
    const of = (name: string) => serverFacts(new Map(Object.entries({ ...ORDINARY, log_bin_basename: name }))).logBin;
    assert.deepEqual(['', '/logs/binlog', '../run/binlog'].map(of), ['', '/logs/binlog', '/var/lib/run/binlog']);
  });

  it('may name its data directory again where something else could stand', () => {
    const again = { innodb_data_home_dir: '/var/lib/mysql', innodb_log_group_home_dir: '/var/lib/mysql/', innodb_undo_directory: '.' };
    assert.equal(whyUnsupported(new Map(Object.entries({ ...ORDINARY, ...again }))), undefined);
  });

  const refused: [change: Partial<typeof ORDINARY>, why: RegExp][] = [
    [{ wsrep_on: 'ON' }, /Galera/],
    [{ version: '8.0.36', version_comment: 'MySQL Community Server' }, /no MariaDB \(version 8\.0\.36/],
    [{ datadir: './data/' }, /not absolute/],
    [{ innodb_data_home_dir: '/ssd/innodb' }, /innodb_data_home_dir is \/ssd\/innodb, outside/],
    [{ innodb_log_group_home_dir: '/ssd/redo/' }, /innodb_log_group_home_dir is \/ssd\/redo, outside/],
    [{ innodb_undo_directory: '/ssd/undo' }, /innodb_undo_directory/],
    [{ aria_log_dir_path: '/ssd/aria' }, /aria_log_dir_path/],
    [{ innodb_data_file_path: 'ibdata1:12M;/ssd/ibdata2:10M:autoextend' }, /innodb_data_file_path/],
    [{ innodb_encrypt_tables: 'FORCE' }, /innodb_encrypt_tables is FORCE/],
    [{ innodb_encrypt_log: 'ON' }, /innodb_encrypt_log/],
    [{ aria_encrypt_tables: 'ON' }, /aria_encrypt_tables/],
  ];
  for (const [change, why] of refused)
    it(`is not one with ${JSON.stringify(change)}`, () => {
      assert.match(whyUnsupported(new Map(Object.entries({ ...ORDINARY, ...change }))) ?? 'accepted', why);
    });
});
