import type { RecoverableInterval } from '../../api/invoker-status.ts';
import type { ObjectKey } from '../../api/object.ts';
import { isCode, StashError } from '../../errors/error.ts';
import { invokerOf } from '../../rules/invoker.ts';
import { type OpenHole, openHole } from '../../rules/window/holes.ts';
import { type Interval, intervalsOf, reachable } from '../../rules/window/intervals.ts';
import { looseLogs } from '../../rules/window/loose-logs.ts';
import { type Stored, storedOf } from '../../rules/window/stored.ts';
import { strayLog } from '../../rules/window/stray-log.ts';
import type { Store } from '../../store/store.ts';
import { type Cli, type GlobalOptions, namespaceOf } from '../cli.ts';
import { cacheDirOf, dataDirOf } from '../data-dir.ts';
import { type InvokerObject, readInvoker } from '../invoker.ts';
import { listSnapshots } from '../snapshots/list.ts';

/** What one repository of a configuration or batch has of a target. */
export interface RepositoryWindow {
  repository: ObjectKey;
  /** NAMESPACE/KIND/NAME. */
  target: string;
  stored: Stored;
  intervals: Interval[];
  /** Behind them, where what is archived goes on from no backup. */
  open?: OpenHole;
  /** Why the repository itself could not be asked: then the intervals are those of the status, and `stored` is empty. */
  fromStatus?: string;
}

/**
 * Asks the repositories themselves, each with its own credentials; one that cannot be read from here is told from the status. Of a batch
 * a target that no repository has anything of, as of files, is left out.
 */
export async function readWindow(
  cli: Cli,
  store: Store,
  text: string,
  options: GlobalOptions & { repository?: string },
): Promise<RepositoryWindow[]> {
  const object = await readInvoker(store, text, namespaceOf(options));
  const repositories = repositoriesOf(object, options.repository);
  const windows = (await Promise.all(repositories.map((repository) => windowsOf(cli, store, object, repository, options)))).flat();
  return object.kind === 'BackupBatch' ? windows.filter(({ intervals, open }) => intervals.length > 0 || open) : windows;
}

async function windowsOf(
  cli: Cli,
  store: Store,
  object: InvokerObject,
  repository: ObjectKey,
  options: GlobalOptions,
): Promise<RepositoryWindow[]> {
  const cluster = options.credentials !== undefined;
  const targets = targetsOf(object);
  try {
    const directory = cluster ? cacheDirOf(cli) : dataDirOf(cli, options);
    // Of one target it asks for no more than that.
    const only = targets.length === 1 && targets[0] !== undefined ? { target: targets[0] } : {};
    const found = await listSnapshots(cli, store, repository, { internal: true, asRecorded: true, cluster, ...only }, directory);
    const incomplete = new Set(found.filter(({ complete }) => complete === false).map(({ id }) => id));
    return targets.map((target) => {
      const stored = storedOf(found, target, incomplete);
      const reaches = reachable(stored);
      const intervals = intervalsOf(stored, reaches);
      return { repository, target, stored, intervals, ...openBehind(intervals, strayLog(stored, intervals, reaches)) };
    });
  } catch (error) {
    if (!isCode(error, 'BackendUnsupported', 'Forbidden')) throw error;
    const key = `${repository.namespace}/${repository.name}`;
    const known = (object.status?.recoverable ?? []).filter((one) => one.repository === key);
    const loose = looseLogs(object.status?.recoverable, object.status?.execOps ?? []);
    return targets.map((target) => {
      const intervals = known.filter((one) => (one.target ?? target) === target).map(interval);
      const log = loose.find((one) => one.target === target);
      return { repository, target, stored: { bases: [], logs: [] }, intervals, ...openBehind(intervals, log), fromStatus: error.message };
    });
  }
}

function openBehind(intervals: readonly Interval[], log: Parameters<typeof openHole>[1] | undefined): { open?: OpenHole } {
  const open = log && openHole(intervals, log);
  // A status may know of something newer, of another host.
  return open === undefined || intervals.some(({ to }) => to > open.to) ? {} : { open };
}

function interval({ from, to, gtidFrom, gtidTo, host = '', timeline }: RecoverableInterval): Interval {
  return { from: Date.parse(from), to: Date.parse(to), gtidFrom, gtidTo, host, timeline };
}

/** Throws Invalid for what names none. */
function targetsOf(object: InvokerObject): string[] {
  const { kind, name, namespace, members } = invokerOf(object);
  const refs = members.flatMap(({ target }) => target?.ref ?? []);
  if (refs.length === 0) throw new StashError('Invalid', `${kind} ${name} names no target`);
  return [...new Set(refs.map((ref) => `${ref.namespace ?? namespace}/${ref.kind}/${ref.name}`))];
}

function repositoriesOf(object: InvokerObject, chosen: string | undefined): ObjectKey[] {
  const { kind, name, repositories: all } = invokerOf(object);
  const wanted = all.filter((one) => chosen === undefined || one.name === chosen || `${one.namespace}/${one.name}` === chosen);
  if (wanted.length > 0) return wanted.map(({ namespace, name: of }) => ({ namespace, name: of }));
  const has = all.length === 0 ? 'no repository' : all.map((one) => one.name).join(', ');
  throw new StashError(
    'NotFound',
    `${kind} ${name} has ${chosen === undefined ? 'no repository' : `no repository "${chosen}"; it has ${has}`}`,
  );
}
