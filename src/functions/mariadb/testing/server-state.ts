import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestServer } from './test-server.ts';

/** Where a server is, and everything that a user can tell it by there. */
export interface ServerState {
  gtid: string;
  checksums: string[];
}

const SCHEMAS = "'d', 'e'";

/** Of a server that runs: what is in the schemas d and e, and in the accounts. */
export async function stateOf(server: TestServer): Promise<ServerState> {
  const [[gtid = ''] = []] = await server.sql('SELECT @@gtid_binlog_pos');
  return { gtid, checksums: await checksumsOf((statements) => server.sql(statements)) };
}

/** What a restored data directory holds, as a server on it tells. */
export async function stateIn(datadir: string, logBin = 'mariadb-bin', options: string[] = []): Promise<ServerState> {
  const directory = mkdtempSync(join(tmpdir(), 'stash-look-'));
  const socket = join(directory, 's');
  mkdirSync(join(directory, 'tmp'));
  const args = ['--no-defaults', `--datadir=${datadir}`, `--socket=${socket}`, '--skip-networking', `--tmpdir=${join(directory, 'tmp')}`];
  const child = execFile('mariadbd', [...args, `--log-bin=${logBin}`, ...options, ...(process.getuid?.() === 0 ? ['--user=root'] : [])]);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const sql = async (statements: string) => {
    const client = ['--no-defaults', `--socket=${socket}`, '--user=root', '--batch', '--raw', '--skip-column-names', '-e', statements];
    const { stdout } = await promisify(execFile)('mariadb', client);
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split('\t'));
  };
  try {
    while (child.exitCode === null && (await sql('SELECT 1').catch(() => undefined)) === undefined)
      await new Promise((resolve) => setTimeout(resolve, 30));
    const [[gtid = '', slave] = []] = await sql('SELECT @@gtid_binlog_pos, @@gtid_slave_pos');
    assert.equal(slave, gtid);
    return { gtid, checksums: await checksumsOf(sql) };
  } finally {
    child.kill('SIGTERM');
    await ended;
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Tables with their checksums, and what the other objects are. */
async function checksumsOf(sql: (statements: string) => Promise<string[][]>): Promise<string[]> {
  const tables = await sql(`SELECT CONCAT(table_schema, '.\`', table_name, '\`') FROM information_schema.tables
    WHERE table_type = 'BASE TABLE' AND table_schema IN (${SCHEMAS}) ORDER BY 1`);
  const checksums = tables.length === 0 ? [] : await sql(`CHECKSUM TABLE ${tables.map(([name]) => name).join(', ')}`);
  const rest =
    await sql(`SELECT trigger_name, action_statement, definer FROM information_schema.triggers WHERE trigger_schema IN (${SCHEMAS});
    SELECT routine_name, routine_definition, definer FROM information_schema.routines WHERE routine_schema IN (${SCHEMAS});
    SELECT table_name, view_definition, definer FROM information_schema.views WHERE table_schema IN (${SCHEMAS});
    SELECT event_name, status, definer FROM information_schema.events;
    SELECT user, host, priv FROM mysql.global_priv ORDER BY 1, 2; SELECT * FROM mysql.db ORDER BY 1, 2, 3; SELECT * FROM mysql.roles_mapping ORDER BY 1`);
  return [...checksums, ...rest].map((row) => row.join(' '));
}
