import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StashError } from '../../errors/error.ts';
import type { FunctionContext } from '../function.ts';
import { assertSameSeries } from './backup-tool.ts';
import { dataIdentity } from './data-files.ts';
import { findFile } from './directory.ts';
import { binlogPlace } from './fingerprint.ts';
import { parsePosition } from './position.ts';
import { assertSameServer } from './same-server.ts';
import { connectionOf, openServer, type Server } from './server.ts';
import { type RunningServer, readServerFacts } from './server-facts.ts';

/** A server that can be backed up as it is on disk, from here. */
export interface BackupSource {
  server: Server;
  facts: RunningServer;
  /** See `dataIdentity`. */
  ibdata: string;
}

/** Everything that can refuse a physical backup before anything is copied. */
export async function openSource(context: FunctionContext): Promise<BackupSource> {
  const connection = connectionOf(context, 'mariadb-physical');
  const server = openServer(connection, context.scratch, context.env, context.signal);
  const facts = await readServerFacts(server);
  const where = connection.socket ?? `${connection.host}:${connection.port ?? 3306}`;
  await assertSameServer(server, facts.datadir, where);
  await assertSameSeries(context, facts.version, `the server at ${where}`);
  await assertTogether(facts.datadir);
  return { server, facts, ibdata: await dataIdentity(facts.datadir) };
}

/** A restore would write such a table to where it was, whatever its destination. */
async function assertTogether(datadir: string): Promise<void> {
  const link = await findFile(datadir, (name) => name.endsWith('.isl'));
  if (link === undefined) return;
  const place = (await readFile(link, 'utf8').catch(() => '')).trim();
  throw new StashError('DatabaseUnsupported', `the table of ${link} lies outside of the data directory, in ${place} (DATA DIRECTORY)`);
}

/** Where the link in `stage` begins and ends, by what its successor is proven to go on from it, and how much its data takes when it is restored. */
export async function writtenPosition(context: FunctionContext, stage: string, { facts, ibdata }: BackupSource, dataBytes: number) {
  const binlogInfo = await readFile(join(stage, 'xtrabackup_binlog_info'), 'utf8').catch(() => undefined);
  const position = parsePosition(await readFile(join(stage, 'xtrabackup_checkpoints'), 'utf8'), binlogInfo);
  const { uid, gid, mode } = await stat(facts.datadir);
  const owner = { datadirOwner: { uid, gid, mode: mode & 0o7777 }, dataBytes };
  const { binlogFile, binlogPosition } = position;
  if (facts.logBin === '' || binlogFile === undefined || binlogPosition === undefined) return { ...position, ...facts, ...owner, ibdata };
  const place = await binlogPlace(facts.logBin, binlogFile, binlogPosition);
  if (!('why' in place)) return { ...position, ...facts, ...owner, ibdata, ...place };
  context.log(`no incremental will go on from this backup: its place in the binlog cannot be read (${place.why})`);
  return { ...position, ...facts, ...owner, ibdata };
}
