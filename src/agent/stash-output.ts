import { readFile } from 'node:fs/promises';
import type { Engine, Snapshot } from '../engine/engine.ts';
import { StashError } from '../errors/error.ts';
import type { BackupTask, OpenRepository, RestoreTask } from '../orders/order.ts';
import type { BackupResult, RestoreResult, StoredSnapshot } from '../orders/report.ts';
import { parseDuration } from '../rules/duration.ts';
import { amountOf } from '../rules/quantity.ts';
import type { OrderRun } from './order-run.ts';

/** The clock of the machine that stored it may be so far behind that of the operator, ms. */
const CLOCKS_APART_MS = 300_000;
/** Snapshots of one host in one backup; Stash's programs make one a path. */
const MOST_SNAPSHOTS = 256;

/**
 * What the steps of a Task that was written for Stash have stored, as their output.json tells and the repository confirms. Throws
 * FunctionFailed with the error that they left, or when what they tell is not so.
 */
export async function storedByOthers(
  run: OrderRun,
  task: BackupTask,
  { file, since }: NonNullable<BackupTask['output']>,
  engine: Engine,
): Promise<BackupResult> {
  const [repository] = task.repositories;
  if (repository === undefined) throw new StashError('Internal', 'an order without a repository');
  const told = await run.step('read output', async () => hostOf(await hostsIn(file, 'backup'), task.host, file));
  const named = told.snapshots ?? [];
  if (named.length === 0) throw failed(`${file} says that host ${task.host} is backed up, and names no snapshot`);
  if (named.length > MOST_SNAPSHOTS)
    throw failed(`${file} names ${named.length} snapshots of host ${task.host}; at most ${MOST_SNAPSHOTS} are taken`);
  const present = await run.step('look up', (control) =>
    engine.snapshots(repository.access, { hosts: [task.host] }, control.engine(repository)),
  );
  const found = named.map((told) => ({ told, snapshot: find(present, told, task.host, repository) }));
  checkNew(
    found.map(({ snapshot }) => snapshot),
    since,
    file,
  );
  return {
    type: 'Backup',
    operation: { requested: task.operation, performed: task.operation, reason: 'Requested' },
    stored: found.map(({ told, snapshot }) => stored(repository, told, snapshot)),
    failed: [],
  };
}

/** The same of a restore. */
export async function restoredByOthers(run: OrderRun, task: RestoreTask, file: string): Promise<RestoreResult> {
  await run.step('read output', async () => {
    for (const host of await hostsIn(file, 'restore')) check(host, file);
  });
  const sizes = task.snapshots.flatMap(({ bytes }) => bytes ?? []);
  return { type: 'Restore', files: 0, bytes: sizes.reduce((sum, one) => sum + one, 0) };
}

interface ToldSnapshot {
  /** Id, whole or its beginning. */
  name?: string;
  path?: string;
  totalSize?: string;
  uploaded?: string;
  processingTime?: string;
  fileStats?: { totalFiles?: number; newFiles?: number; modifiedFiles?: number; unmodifiedFiles?: number };
}

interface ToldHost {
  hostname?: string;
  phase?: string;
  error?: string;
  snapshots?: ToldSnapshot[];
}

/** As Stash's programs write it; older ones had the list of hosts alone. */
interface Output {
  backupTargetStatus?: { stats?: ToldHost[] };
  restoreTargetStatus?: { stats?: ToldHost[] };
  hostBackupStats?: ToldHost[];
  hostRestoreStats?: ToldHost[];
}

async function hostsIn(file: string, direction: 'backup' | 'restore'): Promise<ToldHost[]> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw failed(`the steps have ended, and ${file} cannot be read: ${error.code ?? error.message}`);
  });
  const output = parsed(text, file);
  const hosts =
    direction === 'backup'
      ? (output.backupTargetStatus?.stats ?? output.hostBackupStats)
      : (output.restoreTargetStatus?.stats ?? output.hostRestoreStats);
  if (!Array.isArray(hosts) || hosts.length === 0) throw failed(`${file} tells of no host: it needs ${direction}TargetStatus.stats`);
  return hosts;
}

function parsed(text: string, file: string): Output {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // answered below
  }
  throw failed(`${file} is no JSON object`);
}

function hostOf(hosts: readonly ToldHost[], name: string, file: string): ToldHost {
  for (const host of hosts) check(host, file);
  const found = hosts.find(({ hostname }) => hostname === name);
  if (found === undefined)
    throw failed(
      `${file} tells of host ${hosts.map(({ hostname = '' }) => `"${hostname}"`).join(', ')}, and not of "${name}" (\${HOSTNAME})`,
    );
  return found;
}

function check({ hostname, phase, error }: ToldHost, file: string): void {
  if (phase === 'Succeeded' && (error ?? '') === '') return;
  throw failed(`${file} says that host ${hostname ?? ''} has ${phase ?? 'no phase'}: ${error ?? 'no error is given'}`);
}

/** A name that is no id, or of another host's snapshot, is nothing that could be restored. */
function find(present: readonly Snapshot[], { name = '' }: ToldSnapshot, host: string, repository: OpenRepository): Snapshot {
  const found = present.filter(({ id }) => name.length >= 8 && id.startsWith(name));
  const [first] = found;
  if (first !== undefined && found.length === 1) return first;
  throw failed(`Repository ${repository.name} has no snapshot "${name}" of host ${host}, which output.json says was stored`);
}

/** A file that another run has left, or an id that a step kept, would pass an old snapshot off as this backup. */
function checkNew(snapshots: readonly Snapshot[], since: string, file: string): void {
  const seen = new Set<string>();
  for (const { id, time } of snapshots) {
    if (seen.has(id))
      throw failed(`${file} names snapshot ${id.slice(0, 8)} twice`, 'Let the step name each snapshot that it stored once in output.json.');
    seen.add(id);
    // Also without a time that can be read.
    if (Date.parse(time) >= Date.parse(since) - CLOCKS_APART_MS) continue;
    throw failed(
      `${file} names snapshot ${id.slice(0, 8)} of ${time}, from before this backup, which began ${since}: nothing new is stored`,
      'Let the step write output.json anew in each run, into a directory that does not outlive it, and set the clocks of the nodes alike: 5 minutes are allowed.',
    );
  }
}

/** What the repository itself says of sizes, since restic 0.17, counts more. */
function stored(repository: OpenRepository, told: ToldSnapshot, snapshot: Snapshot): StoredSnapshot {
  const { totalFiles = 0, newFiles = 0, modifiedFiles = 0, unmodifiedFiles = 0 } = told.fileStats ?? {};
  return {
    repository: { namespace: repository.namespace, name: repository.name },
    snapshotId: snapshot.id,
    paths: snapshot.paths,
    totalBytes: snapshot.bytesProcessed ?? bytesIn(told.totalSize),
    storedBytes: snapshot.bytesStored ?? bytesIn(told.uploaded),
    seconds: secondsIn(told.processingTime),
    files: {
      total: snapshot.filesTotal ?? amount(totalFiles),
      new: amount(newFiles),
      modified: amount(modifiedFiles),
      unmodified: amount(unmodifiedFiles),
    },
    unreadable: [],
  };
}

/** "1.200 MiB", "512 B". */
function bytesIn(text = ''): number {
  const [number = '', unit = ''] = text.trim().split(/\s+/);
  const bytes = Math.round(amountOf(`${number}${unit.replace(/B$/, '')}`));
  return Number.isFinite(bytes) && bytes > 0 ? bytes : 0;
}

function secondsIn(text = ''): number {
  try {
    return parseDuration(text) / 1000;
  } catch {
    return 0;
  }
}

/** A status takes only numbers, whatever somebody's program writes. */
function amount(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;
}

function failed(message: string, remedy?: string): StashError {
  return new StashError('FunctionFailed', message, remedy === undefined ? {} : { remedy });
}
