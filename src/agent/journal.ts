import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { EndedProcess, EngineProcess, Order, RepositoryRef } from '../orders/order.ts';
import { orderFileName } from '../orders/order-id.ts';
import { endedId } from '../orders/protocol.ts';
import type { Report } from '../orders/report.ts';
import { writeDurable } from '../process/durable.ts';
import { endProcessGroup, type ProcessIdentity } from '../process/identity.ts';

/** A process an order started: of the engine when it names a repository, else a function's. */
export interface JournaledProcess extends ProcessIdentity {
  hostname: string;
  repository?: RepositoryRef;
}

interface Entry {
  report: Report;
  purpose: string;
  processes: JournaledProcess[];
}

/**
 * What an agent must know again after it was killed: which orders it had taken, what became of them, and which processes it had
 * started. One file an order, written before the thing it tells of happens. Holds no secret.
 */
export interface Journal {
  /** Identity, made with it: an agent that comes with another one knows nothing of what this one took. */
  readonly id: string;
  readonly reports: ReadonlyMap<string, Report>;
  readonly ended: readonly EndedProcess[];
  /** Processes of the engine that run, as far as they have been written down. */
  processes(): EngineProcess[];
  accept(order: Order, report: Report): Promise<void>;
  /** The report of an order that could not be accepted: kept in memory alone, since nothing of it was begun. */
  refuse(report: Report): void;
  /** Only terminal reports reach the disk, progress does not. */
  report(report: Report): Promise<void>;
  processStarted(orderId: string, process: JournaledProcess): Promise<void>;
  /** `clean`: it took its lock away itself. */
  processEnded(orderId: string, process: JournaledProcess, clean: boolean): Promise<void>;
  forget(orderId: string): Promise<void>;
  cleared(ids: readonly string[]): Promise<void>;
}

/**
 * Opens the journal in `directory` and finishes what a killed run left: ends the process groups it names, turns orders that were
 * running into failed ones (AgentLost), and remembers the engine processes that left locks behind.
 */
export async function openJournal(directory: string, now: () => string, newId: () => string = randomUUID): Promise<Journal> {
  const orders = join(directory, 'orders');
  const fileOf = (orderId: string) => join(orders, `${orderFileName(orderId)}.json`);
  const endedFile = join(directory, 'ended.json');
  await mkdir(orders, { recursive: true, mode: 0o700 });
  const id = await identity(join(directory, 'journal-id'), newId);
  const entries = new Map<string, Entry>();
  const reports = new Map<string, Report>();
  const ended: EndedProcess[] = await readEnded(endedFile);
  // One after the other: two writes of one file would take each other's partial file away.
  let last: Promise<void> = Promise.resolve();
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };
  const write = (entry: Entry) => inTurn(() => writeDurable(fileOf(entry.report.orderId), JSON.stringify(entry)));
  const addEnded = async (process: JournaledProcess) => {
    const { repository } = process;
    if (repository === undefined) return;
    const { hostname, pid, startTicks } = process;
    // A crash after this and before the order's file was written tells of it once more.
    if (ended.some((one) => one.hostname === hostname && one.pid === pid && one.startTicks === startTicks)) return;
    ended.push({ hostname, pid, startTicks, repository: { namespace: repository.namespace, name: repository.name }, time: now() });
    await inTurn(() => writeDurable(endedFile, JSON.stringify(ended)));
  };

  for (const entry of await readEntries(orders)) {
    entries.set(entry.report.orderId, entry);
    for (const process of entry.processes) {
      await endProcessGroup(process);
      await addEnded(process);
    }
    entry.processes = [];
    if (entry.report.state === 'Running') entry.report = lost(entry.report, now());
    await write(entry);
    reports.set(entry.report.orderId, entry.report);
  }

  const entryOf = (orderId: string): Entry => {
    const entry = entries.get(orderId);
    if (entry === undefined) throw new Error(`order ${orderId} is not in the journal`);
    return entry;
  };
  return {
    id,
    reports,
    ended,
    processes: () =>
      [...entries.values()].flatMap((entry) =>
        entry.processes.flatMap(({ hostname, pid, startTicks, repository }) =>
          repository === undefined ? [] : [{ hostname, pid, startTicks, repository }],
        ),
      ),
    accept: async (order, report) => {
      const entry = { report, purpose: order.purpose, processes: [] };
      await write(entry);
      entries.set(order.id, entry);
      reports.set(order.id, report);
    },
    refuse: (report) => {
      reports.set(report.orderId, report);
    },
    report: async (report) => {
      // A late progress report of an order that was acknowledged already.
      const entry = entries.get(report.orderId);
      if (entry === undefined) return;
      entry.report = report;
      reports.set(report.orderId, report);
      // A full disk must not keep the operator from hearing of it; should this agent die first, the order counts as lost.
      if (report.state !== 'Running') await write(entry).catch(() => undefined);
    },
    processStarted: async (orderId, process) => {
      const entry = entryOf(orderId);
      entry.processes.push(process);
      await write(entry);
    },
    processEnded: async (orderId, process, clean) => {
      const entry = entryOf(orderId);
      if (!clean) await addEnded(process);
      entry.processes = entry.processes.filter((one) => one.pid !== process.pid || one.startTicks !== process.startTicks);
      await write(entry);
    },
    forget: async (orderId) => {
      await inTurn(() => rm(fileOf(orderId), { force: true }));
      entries.delete(orderId);
      reports.delete(orderId);
    },
    cleared: async (ids) => {
      const left = ended.filter((one) => !ids.includes(endedId(one)));
      if (left.length === ended.length) return;
      ended.splice(0, ended.length, ...left);
      await inTurn(() => writeDurable(endedFile, JSON.stringify(ended)));
    },
  };
}

async function identity(file: string, newId: () => string): Promise<string> {
  const known = await readFile(file, 'utf8').catch(() => '');
  if (known.trim() !== '') return known.trim();
  const id = newId();
  await writeDurable(file, `${id}\n`);
  return id;
}

/** Whether a killed agent left something in this journal that only its restart can settle: running orders or unclean ends. */
export async function journalUnsettled(directory: string): Promise<boolean> {
  const entries = await readEntries(join(directory, 'orders'));
  return entries.length > 0 || (await readEnded(join(directory, 'ended.json'))).length > 0;
}

function lost(report: Report, time: string): Report {
  return {
    ...report,
    state: 'Failed',
    endTime: time,
    steps: report.steps.map((step) => (step.phase === 'Running' ? { ...step, phase: 'Failed' } : step)),
    error: {
      code: 'AgentLost',
      message: `the agent ended while it ran step ${report.steps.at(-1)?.name ?? 'accept'}`,
      remedy: 'It is run again by itself where a retry is left.',
    },
  };
}

async function readEntries(directory: string): Promise<Entry[]> {
  const names = await readdir(directory).catch(() => []);
  const entries: Entry[] = [];
  for (const name of names.filter((one) => one.endsWith('.json')).sort())
    await readFile(join(directory, name), 'utf8')
      .then((text) => entries.push(JSON.parse(text) as Entry))
      // What a broken disk left is put aside: it must not keep the agent from all other work.
      .catch(() => rename(join(directory, name), join(directory, `${name}.unreadable`)));
  return entries;
}

async function readEnded(file: string): Promise<EndedProcess[]> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as EndedProcess[];
  } catch {
    return [];
  }
}
