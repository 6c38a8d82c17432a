import { dirname } from 'node:path';
import { StashError } from '../../../errors/error.ts';
import { dataIdentity } from '../data-files.ts';
import type { Server } from '../server.ts';

/** What the server says of its binlogs, all of it read within one connection. */
export interface ServerLog {
  /** By the server's clock, RFC 3339; everything that was in gtid_binlog_pos then is before `position`. */
  time: string;
  datadir: string;
  directory: string;
  /** Oldest first, up to the one it writes to. */
  files: string[];
  /** How far the newest one is written: the end of an event group. */
  position: number;
  /** See `dataIdentity`. */
  data: string;
  /** Up to where it has written its data, and up to where that would outlive a crash. Decimal. */
  lsn: { current: string; durable: string };
}

/** Asks the server, for the time before the position. Throws LogBinOff, DatabaseUnsupported for a Galera node, DatabaseGrantMissing. */
export async function readServerLog(server: Server): Promise<ServerLog> {
  const rows = await server.query(QUESTIONS).catch((error: Error) => {
    throw /not using binary logging/.test(error.message) ? binlogOff() : error;
  });
  const of = (name: string) => rows.find(([first]) => first === `stash ${name}`)?.[1] ?? '';
  if (of('log_bin') !== '1') throw binlogOff();
  if (of('wsrep_on') === '1')
    throw new StashError('DatabaseUnsupported', 'the server is a Galera node (wsrep_on=ON); that is not supported');
  const datadir = of('datadir').replace(/\/+$/, '');
  const [active = '', position = ''] = rows[rows.findIndex(([first]) => first === 'stash master') + 1] ?? [];
  const listed = rows.slice(rows.findIndex(([first]) => first === 'stash logs') + 1).map(([name = '']) => name);
  const at = listed.indexOf(active);
  if (at < 0) throw new StashError('FunctionFailed', `the server writes to the binlog ${active}, but its list ends with ${listed.at(-1)}`);
  return {
    time: `${of('time').replace(' ', 'T')}Z`,
    datadir,
    directory: dirname(of('basename')),
    files: listed.slice(0, at + 1),
    position: Number(position),
    data: await dataIdentity(datadir),
    lsn: { current: of('lsn_current'), durable: of('lsn_flushed') },
  };
}

function binlogOff(): StashError {
  return new StashError('LogBinOff', 'the server writes no binlog (log_bin is OFF): there is no log to archive');
}

const QUESTIONS = `
SELECT 'stash log_bin', @@GLOBAL.log_bin;
SELECT 'stash wsrep_on', @@GLOBAL.wsrep_on;
SELECT 'stash datadir', @@GLOBAL.datadir;
SELECT 'stash basename', @@GLOBAL.log_bin_basename;
SELECT CONCAT('stash ', SUBSTR(LOWER(VARIABLE_NAME), 8)), VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS
  WHERE VARIABLE_NAME IN ('INNODB_LSN_CURRENT', 'INNODB_LSN_FLUSHED');
SELECT 'stash time', UTC_TIMESTAMP(6);
SELECT 'stash master';
SHOW MASTER STATUS;
SELECT 'stash logs';
SHOW BINARY LOGS;
`;
