import type { Series } from './prometheus.ts';

type Holds = (found: readonly Series[], expr: string) => boolean;

const HOUR = 3600;
const only =
  (value: number): Holds =>
  (found) =>
    found.length === 1 && found[0]?.value === value;
const of =
  (name: string, holds: (value: number, metric: Series['metric']) => boolean): Holds =>
  (found) =>
    found.some(({ metric, value }) => (metric.invoker_name ?? metric.name) === name && holds(value, metric));
const names =
  (...expected: string[]): Holds =>
  (found) =>
    expected.every((name) => found.some(({ metric }) => (metric.invoker_name ?? metric.name) === name)) && found.length === expected.length;
const both =
  (one: Holds, other: Holds): Holds =>
  (found, expr) =>
    one(found, expr) && other(found, expr);
const soon = (value: number) => value >= 0 && value < 600;

/** What each panel must show of the machine with a history. */
export const PANELS: Readonly<Record<string, Holds>> = {
  'Aliases whose newest backup failed': only(1),
  'Configurations that cannot run': only(1),
  'Repositories that cannot be used': only(1),
  'Operators that lead': only(1),
  'Time since the last success': both(names('docs'), of('docs', soon)),
  'Time until the next run': both(
    names('docs'),
    of('docs', (value) => value > 0 && value <= 366 * 24 * HOUR),
  ),
  'Sessions under way or waiting': both(
    names('docs'),
    of('docs', (value, { phase }) => soon(value) && phase === 'Running'),
  ),
  Duration: names('docs', 'broken'),
  Data: both(
    names('docs'),
    of('docs', (value) => value === 'content'.length),
  ),
  'Added to the repository': both(
    names('docs'),
    of('docs', (value) => value > 0),
  ),
  'Failed backups': both(
    names('broken'),
    of('broken', (_, { reason }) => reason !== undefined),
  ),
  'Missed runs a day': (found) => found.every(({ value }) => value === 0),
  'Forced full backups': (found) => found.length === 1 && found[0]?.metric.reason === 'NoSnapshot',
  'Length of the newest recoverable interval': of('docs', (value) => Math.round(value) === 2 * HOUR),
  'Time since a restore was proven': of('docs', (value) => value > 1.9 * HOUR && value < 2.5 * HOUR),
  'Recovery point and time': (found, expr) =>
    of('docs', (value) => value === (RECOVERY[/stash_\w+/.exec(expr)?.[0] ?? ''] ?? 0))(found, expr),
  'Duration of restores': names('back'),
  'Conditions that do not hold': both(
    of('lost', (_, { type }) => type === 'RepositoryFound'),
    of('docs', (_, { type }) => type === 'SidecarContested'),
  ),
  Size: of('repo', (value) => value > 0),
  Snapshots: of('repo', (value) => value >= 0),
  'Time since check and maintenance': of('repo', soon),
  Memory: (found) => (found[0]?.value ?? 0) > 30_000_000,
  CPU: (found) => (found[0]?.value ?? -1) >= 0,
  Queues: (found) => found.some(({ metric }) => metric.controller === 'backup-session'),
  'Failed reconciles a second': (found) => found.every(({ value }) => value >= 0),
};

const RECOVERY: Readonly<Record<string, number>> = {
  stash_appscode_com_rpo_seconds: HOUR,
  stash_appscode_com_rpo_objective_seconds: 300,
  stash_appscode_com_rto_seconds: 192,
  stash_appscode_com_rto_objective_seconds: 1800,
};

/** What each alert must be about there. */
export const ALERTING: Readonly<Record<string, readonly string[]>> = {
  StashBackupFailed: ['broken'],
  StashNoBackup: [],
  StashBackupOverdue: [],
  StashRunsMissed: [],
  StashBackupLong: [],
  StashBackupStuck: [],
  StashLogBehind: [],
  StashLogWithoutBackup: [],
  StashNotReady: ['lost'],
  StashNotSupported: ['later'],
  StashSidecarContested: ['docs'],
  StashObjectiveBroken: ['docs'],
  StashProofStale: ['docs'],
  StashRestoreFailed: ['back'],
  StashRepositoryUnusable: ['gone'],
  StashRepositoryDamaged: ['repo'],
  StashRepositoryLocked: ['repo'],
  StashMaintenanceFailed: [],
  StashNoLeader: [],
  StashReconcileFailing: [],
};

/** What in an alert is replaced by what, so that it has to be about the one that is named. */
export const RELAXED: Readonly<Record<string, readonly [limit: string, lower: string, name: string]>> = {
  StashNoBackup: ['> 3 *', '> 0 *', 'docs'],
  StashBackupOverdue: ['> 600', '> -1e9', 'docs'],
  StashRunsMissed: ['> 0', '>= 0', 'docs'],
  StashBackupLong: ['clamp_min(2 * ', 'clamp_max(0 * ', 'docs'],
  StashBackupStuck: ['> 600', '> -1e9', 'docs'],
  StashMaintenanceFailed: ['== 0', '== 1', 'repo'],
  StashReconcileFailing: ['> 0', '>= 0', 'backup-session'],
};
