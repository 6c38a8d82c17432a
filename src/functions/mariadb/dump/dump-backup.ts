import { StashError } from '../../../errors/error.ts';
import type { Connection } from '../../../orders/order.ts';
import type { FunctionResult } from '../../contract.ts';
import type { FunctionContext } from '../../function.ts';
import { connectionOf, openServer, type Server } from '../server.ts';
import { untilAnswers } from '../until-answers.ts';
import { assertDumpGrants } from './dump-grants.ts';
import { type DumpOptions, dumpOptions } from './dump-options.ts';

/** What it is called in a snapshot; Stash's addon calls it so too. */
const DUMP_FILE = 'dumpfile.sql';
const POLL_MS = 1000;
const MOST_NAMED = 20;

/**
 * A logical dump of a server that is reached over the network: makes sure that one can be had whole, and names the command that the engine
 * takes it from. Parameters: `databases`, `args`, `users`, `waitTimeout` (seconds).
 */
export async function dumpBackup(context: FunctionContext): Promise<FunctionResult> {
  if (context.operation !== 'Full') throw new StashError('NotSupportedYet', `mariadb-dump makes a Full, no ${context.operation}`);
  const options = givenOptions(context);
  const server = serverOf(context);
  await answering(context, server);
  await assertThere(server, options.databases);
  await assertDumpGrants(server, options.databases);
  const others = await notTransactional(server, options);
  if (others.length > 0) context.log(`not transactional, so their rows may be newer than those of the other tables: ${others.join(', ')}`);
  return { upload: { command: ['stash-function', 'mariadb-dump-stream'], fileName: DUMP_FILE } };
}

export function givenOptions(context: FunctionContext): DumpOptions {
  return dumpOptions({ databases: context.param('databases'), args: context.param('args'), users: context.param('users') });
}

export function dumpedConnection(context: FunctionContext): Connection {
  return connectionOf(context, 'a MariaDB dump');
}

/** Names may hold any character: the client's own guess of a character set depends on where it runs. */
export function serverOf(context: FunctionContext): Server {
  const server = openServer(dumpedConnection(context), context.scratch, context.env, context.signal);
  return { ...server, query: (sql) => server.query(`SET NAMES utf8mb4; ${sql}`) };
}

/** Waits for a server that is just starting, as long as `waitTimeout` says. */
export async function answering(context: FunctionContext, server: Server): Promise<void> {
  const limitMs = Number(context.param('waitTimeout') ?? 0) * 1000;
  await untilAnswers(server, { limitMs, pollMs: POLL_MS, signal: context.signal, stopped: 'the wait for the server was stopped' });
}

async function assertThere(server: Server, databases: readonly string[]): Promise<void> {
  const there = (await server.query('SHOW DATABASES')).map(([name = '']) => name);
  const missing = databases.filter((one) => !there.includes(one));
  if (missing.length > 0)
    throw new StashError('Invalid', `there is no database ${missing.join(', ')} that this user may see; there are ${there.join(', ')}`);
}

/** Tables whose rows a transaction does not hold still. */
export async function notTransactional(server: Server, { databases, options }: DumpOptions): Promise<string[]> {
  if (options.some((one) => ['--lock-all-tables', '-x', '--lock-tables'].includes(one))) return [];
  const rows = await server.query(
    `SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES JOIN information_schema.ENGINES USING (ENGINE)
    WHERE TABLE_TYPE = 'BASE TABLE' AND TRANSACTIONS <> 'YES'
    AND TABLE_SCHEMA NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema') ORDER BY 1, 2`,
  );
  const chosen = rows.filter(([schema = '']) => databases.length === 0 || databases.includes(schema)).map((row) => row.join('.'));
  return chosen.length > MOST_NAMED ? [...chosen.slice(0, MOST_NAMED), `and ${chosen.length - MOST_NAMED} more`] : chosen;
}
