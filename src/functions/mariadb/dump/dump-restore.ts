import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { StashError } from '../../../errors/error.ts';
import type { FunctionResult } from '../../contract.ts';
import type { FunctionContext } from '../../function.ts';
import type { Server } from '../server.ts';
import { missingAccounts } from './dump-accounts.ts';
import { answering, dumpedConnection, serverOf } from './dump-backup.ts';
import { type DumpSections, dumpSections, type Range } from './dump-sections.ts';
import { importRanges } from './import-ranges.ts';
import { type RestoreOptions, restoreOptions } from './restore-options.ts';

const MOST_NAMED = 20;

/**
 * Puts a dump back into a running server, statement by statement. What the dump has replaces what has the same name; the rest stays. With
 * operation `Check` it only says whether the server can be reached. Parameters: `databases`, `args`, `users`, `waitTimeout` (seconds).
 */
export async function dumpRestore(context: FunctionContext): Promise<FunctionResult> {
  const options = restoreOptions({ databases: context.param('databases'), args: context.param('args'), users: context.param('users') });
  const server = serverOf(context);
  await answering(context, server);
  if (context.operation === 'Check') return {};
  const file = await dumpFile(context.source ?? '');
  const sections = await dumpSections(file);
  if (!sections.complete)
    throw new StashError('Invalid', 'the dump does not end with "-- Dump completed": its end is missing, or it was made without comments', {
      remedy: 'Restore another snapshot.',
    });
  const { names, into, ranges } = chosen(sections, options);
  await assertFree(context, server, names);
  const [[began = ''] = []] = await server.query('SELECT NOW()');
  const last = options.users ? await accounts(server, file, sections) : '';
  await importRanges(context, server.defaultsFile, {
    file,
    ranges,
    last,
    ...(into === undefined ? {} : { into }),
    options: options.options,
  });
  const stayed = await older(server, names, began);
  const users = options.users ? ', with the accounts that were not there,' : '';
  return {
    message: `restored ${names.join(', ')}${users} into ${address(context)}${stayed.length === 0 ? '' : `; left as they were, since the backup does not have them: ${stayed.join(', ')}`}`,
  };
}

async function dumpFile(source: string): Promise<string> {
  const names = (await readdir(source)).filter((name) => name.endsWith('.sql'));
  const [name] = names;
  if (name !== undefined && names.length === 1) return join(source, name);
  throw new StashError('Invalid', `the snapshot holds ${names.length === 0 ? 'no dump' : `several dumps (${names.join(', ')})`}`, {
    remedy: 'Name one snapshot that mariadb-dump made; mariadb-restore brings a physical backup back.',
  });
}

/** What of the file is to be read, in order. */
function chosen(sections: DumpSections, options: RestoreOptions): { names: string[]; into?: string; ranges: Range[] } {
  const there = [...new Set(sections.databases.map(({ name }) => name))];
  if (options.users && sections.users === undefined)
    throw new StashError('Invalid', 'users: "true" was asked for, and the dump has no accounts', {
      remedy: 'Leave it out; a dump has them when mariadb-dump had users: "true".',
    });
  const [into, ...more] = options.databases;
  if (there.length === 0) {
    if (into === undefined || more.length > 0)
      throw new StashError('Invalid', 'the dump names no database', { remedy: 'Say by the parameter databases into which one it goes.' });
    return { names: [into], into, ranges: [sections.preamble] };
  }
  const missing = options.databases.filter((one) => !there.includes(one));
  if (missing.length > 0) throw new StashError('Invalid', `the dump has no database ${missing.join(', ')}; it has ${there.join(', ')}`);
  const names = options.databases.length === 0 ? there : options.databases;
  return { names, ranges: [sections.preamble, ...sections.databases.filter(({ name }) => names.includes(name))] };
}

async function accounts(server: Server, file: string, { users }: DumpSections): Promise<string> {
  if (users === undefined) return '';
  const there = (await server.query('SELECT User, Host FROM mysql.user')).map(([user = '', host = '']) => ({ user, host }));
  const handle = await open(file);
  try {
    const { buffer } = await handle.read(Buffer.alloc(users.to - users.from), 0, users.to - users.from, users.from);
    return missingAccounts(buffer.toString('utf8'), there);
  } finally {
    await handle.close();
  }
}

/** A database that has something in it is replaced only by somebody who says so, and cannot be kept under its name. */
async function assertFree(context: FunctionContext, server: Server, names: readonly string[]): Promise<void> {
  const rows = await server.query(
    `SELECT DISTINCT s FROM (SELECT TABLE_SCHEMA s FROM information_schema.TABLES UNION SELECT ROUTINE_SCHEMA FROM information_schema.ROUTINES
    UNION SELECT EVENT_SCHEMA FROM information_schema.EVENTS) AS used`,
  );
  const filled = new Set(rows.map(([name = '']) => name));
  const used = names.filter((name) => filled.has(name));
  if (used.length === 0) return;
  const { allowOverwrite, previousData } = context.restore;
  const what = `${used.length === 1 ? 'the database' : 'the databases'} ${used.join(', ')} at ${address(context)}`;
  if (!allowOverwrite)
    throw new StashError('DestinationNotEmpty', `${what}: not empty, and allowOverwrite is not set`, {
      remedy: 'Set allowOverwrite with previousData: Discard, or restore into another server.',
    });
  if (previousData === 'Keep')
    throw new StashError(
      'DestinationNotEmpty',
      `${what}: not empty, and a dump can replace tables, but cannot keep those that were there`,
      {
        remedy: 'Take a backup of them and set previousData: Discard; or restore into another server.',
      },
    );
}

/** Tables that the dump did not make anew. */
async function older(server: Server, names: readonly string[], began: string): Promise<string[]> {
  const rows = await server.query(
    `SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES WHERE TABLE_TYPE = 'BASE TABLE' AND CREATE_TIME < '${began}'
    AND TABLE_SCHEMA NOT IN ('mysql', 'sys') ORDER BY 1, 2`,
  );
  const found = rows.filter(([schema = '']) => names.includes(schema)).map((row) => row.join('.'));
  return found.length > MOST_NAMED ? [...found.slice(0, MOST_NAMED), `and ${found.length - MOST_NAMED} more`] : found;
}

function address(context: FunctionContext): string {
  const { socket, host, port } = dumpedConnection(context);
  return socket ?? `${host}:${port ?? 3306}`;
}
