import type { BackupSession } from '../../api/backup-session.ts';
import type { RepositoryRequest } from '../../api/names.ts';
import { SERIES, TAGS, tagText } from '../../api/names.ts';
import type { Repository, RepositoryStatus } from '../../api/repository.ts';
import type { Snapshot } from '../../engine/engine.ts';
import { StashError } from '../../errors/error.ts';
import type { OpenRepository, RepositoryTask } from '../../orders/order.ts';
import { orderIdOf } from '../../orders/order-id.ts';
import type { MaintainResult, OrderError, Report, SurveyResult } from '../../orders/report.ts';
import type { Invoker } from '../../rules/invoker.ts';
import { type MaintenanceFacts, type MaintenancePlan, planMaintenance } from '../../rules/maintenance.ts';
import { formatRecords, nextEntries, type RecordEntry, readRecords } from '../../rules/records.ts';
import type { Context } from '../context.ts';
import { timeText } from '../context.ts';
import { checkDue } from './decide.ts';
import { unrecordedLogs } from './log-records.ts';
import { removableLogSnapshots } from './log-retention.ts';
import { passwordOf } from './open.ts';
import { orderEnded, type RepositoryOrder } from './order.ts';
import { invokersOf, removable, targetsOf } from './policies.ts';
import { unrecordedSessions } from './session-queries.ts';
import { storedEntries } from './sessions.ts';

/** Longest time that forget, prune and check together may take. */
const DEADLINE_MS = 6 * 3_600_000;
const MAX_REPACK = '2G';

type MaintenanceStep =
  | { type: 'Waiting' }
  | { type: 'Failed'; error: OrderError }
  /** The plan is decided and is to be in status before `order` is given. */
  | { type: 'Planned'; plan: MaintenancePlan; recording: string[]; order: RepositoryOrder }
  /** `left`: what was there and was not forgotten. */
  | { type: 'Done'; plan: MaintenancePlan; result: MaintainResult; left: Snapshot[] };

/**
 * Two exclusive orders: Survey reads what is there, Maintain changes it. Which of them is due follows from the reports, so a restarted
 * operator goes on where the old one was. Nothing is acknowledged before the end.
 */
export async function advanceMaintenance(
  ctx: Context,
  repository: Repository,
  open: OpenRepository,
  request: RepositoryRequest | undefined,
): Promise<MaintenanceStep> {
  const order = (name: string, task: () => Promise<RepositoryTask>): RepositoryOrder => {
    const deadline = repository.status?.maintenance?.deadline ?? '';
    return { id: maintenanceOrderId(repository, name), purpose: purposeText(repository), deadline, repository: open, task };
  };
  const look = order('survey', async () => ({ type: 'Survey', repository: open }));
  const survey = await orderEnded(ctx, look);
  if (survey === undefined) return { type: 'Waiting' };
  if (survey.result?.type !== 'Survey') return failed(survey);
  const found = survey.result;
  const decide = async () => {
    const sessions = await unrecordedSessions(ctx, open);
    const facts = await gather(ctx, repository, open, request, found, sessions);
    const invokers = await invokersOf(ctx, open);
    const remove = removable(invokers, presentEntries(facts), found.snapshots);
    return { sessions, plan: withLogs({ ...facts, remove }, invokers) };
  };
  const taskOf = (plan: MaintenancePlan) => maintainTask(ctx, repository, open, request, found, plan);
  const id = maintenanceOrderId(repository, 'maintain');
  if (ctx.desk.report(id) === undefined) {
    // What was decided stays decided until it is done: it is in status, and the agent may have begun with it.
    if (ctx.desk.given(id)) return { type: 'Waiting' };
    const { plan, sessions } = await decide();
    const task = await taskOf(plan);
    const recording = [...sessions.map((session) => session.metadata.uid ?? ''), ...(await unrecordedLogs(ctx, open)).map(({ id }) => id)];
    return { type: 'Planned', plan, recording, order: order('maintain', async () => task) };
  }
  const change = order('maintain', async () => taskOf((await decide()).plan));
  const maintained = await orderEnded(ctx, change);
  if (maintained === undefined) return { type: 'Waiting' };
  if (maintained.result?.type !== 'Maintain') return failed(maintained);
  const forgotten = new Set(maintained.result.forgotten);
  const left = found.snapshots.filter((one) => !forgotten.has(one.id));
  return { type: 'Done', plan: (await decide()).plan, result: maintained.result, left };
}

/** The ids of one maintenance's orders; all of them are acknowledged when it has ended. */
export function maintenanceOrderIds(repository: Repository): string[] {
  return ['survey', 'maintain'].map((name) => maintenanceOrderId(repository, name));
}

function maintenanceOrderId(repository: Repository, name: string): string {
  return orderIdOf(purposeText(repository), `${name}.${repository.status?.maintenance?.startTime}`);
}

function failed(report: Report): MaintenanceStep {
  return { type: 'Failed', error: report.error ?? { code: 'Internal', message: 'the agent gave no result', remedy: 'Report this.' } };
}

/** The status of a maintenance that begins now. */
export function beginMaintenance(reason: string, now: Date): NonNullable<RepositoryStatus['maintenance']> {
  // Milliseconds: two that follow each other within a second need different order ids.
  return { phase: 'Running', reason, startTime: now.toISOString(), deadline: timeText(new Date(now.getTime() + DEADLINE_MS)) };
}

export function purposeText(repository: Repository): string {
  return `Repository/${repository.metadata.namespace}/${repository.metadata.name}`;
}

/** What is decided on: everything but what the policies would remove. */
async function gather(
  ctx: Context,
  repository: Repository,
  open: OpenRepository,
  request: RepositoryRequest | undefined,
  found: SurveyResult,
  sessions: readonly BackupSession[],
): Promise<MaintenanceFacts> {
  const { status } = repository;
  if (status?.repositoryID !== undefined && found.repositoryId !== status.repositoryID)
    throw new StashError(
      'RepositoryReplaced',
      `Repository ${open.namespace}/${open.name} holds another restic repository (${found.repositoryId.slice(0, 8)}) than before`,
    );
  const adopt = request?.action === 'Adopt';
  const records = found.records && readRecords(found.records.text, passwordOf(open), status?.repositoryID ?? '');
  if (found.records !== undefined && records === undefined && !adopt)
    throw new StashError(
      'RecordsTampered',
      `the records in Repository ${open.namespace}/${open.name} (snapshot ${found.records.snapshotId.slice(0, 8)}) were not written by this operator`,
    );
  const targets = [...new Set((await invokersOf(ctx, open)).flatMap(targetsOf))];
  return {
    snapshots: found.snapshots,
    internal: new Set(internalSnapshots(found).map((snapshot) => snapshot.id)),
    recorded: records?.entries ?? [],
    stored: [...sessions.flatMap((session) => storedEntries(session, open)), ...(await unrecordedLogs(ctx, open))],
    adopt,
    adoptedTarget: targets.length === 1 ? (targets[0] ?? '') : '',
    remove: [],
    unfinishedRestores: await unfinishedRestores(ctx, open),
    locks: found.locks,
    knownLocks: status?.locks ?? [],
    ended: ctx.desk.ended(open),
    now: ctx.clock.now(),
  };
}

/** What the logs are needed for is known once it is decided which chains stay. */
function withLogs(facts: MaintenanceFacts, invokers: readonly Invoker[]): MaintenancePlan {
  const { exclusive, forget } = planMaintenance(facts);
  if (!exclusive) return planMaintenance(facts);
  const gone = new Set(forget);
  const staying = facts.snapshots.filter(({ id }) => !gone.has(id));
  return planMaintenance({ ...facts, remove: [...facts.remove, ...removableLogSnapshots(staying, presentEntries(facts), invokers)] });
}

function presentEntries(facts: MaintenanceFacts): RecordEntry[] {
  return nextEntries(facts.recorded, facts.stored, new Set(facts.snapshots.map((snapshot) => snapshot.id)), new Set());
}

async function maintainTask(
  ctx: Context,
  repository: Repository,
  open: OpenRepository,
  request: RepositoryRequest | undefined,
  found: SurveyResult,
  plan: MaintenancePlan,
): Promise<RepositoryTask> {
  const older = internalSnapshots(found).filter((snapshot) => snapshot.id !== found.records?.snapshotId);
  const text = formatRecords({ repositoryId: repository.status?.repositoryID ?? '', entries: plan.entries }, passwordOf(open));
  const wantsPrune = (await invokersOf(ctx, open)).some((invoker) => invoker.retention?.prune === true);
  const prune = plan.exclusive && (request?.action === 'Prune' || (wantsPrune && plan.forget.length > 0));
  const check = plan.exclusive && checkDue(repository, request, ctx.clock.now());
  return {
    type: 'Maintain',
    repository: open,
    removeLocks: plan.removeLocks,
    forget: plan.forget,
    ...(plan.recordsChanged || request?.action === 'Adopt'
      ? { records: { text, replaces: plan.exclusive ? older.map((one) => one.id) : [] } }
      : {}),
    ...(prune ? { prune: { maxRepackSize: MAX_REPACK } } : {}),
    ...(check ? { check: { readData: request?.options?.readData === true } } : {}),
  };
}

function internalSnapshots(found: SurveyResult) {
  return found.snapshots.filter((snapshot) => snapshot.tags.includes(tagText(TAGS.series, SERIES.records)));
}

async function unfinishedRestores(ctx: Pick<Context, 'store'>, open: OpenRepository): Promise<{ name: string; snapshotIds: string[] }[]> {
  const sessions = await ctx.store.list('RestoreSession', { namespace: open.namespace });
  return sessions
    .filter((session) => session.status?.phase === 'Running' || session.status?.phase === 'Pending')
    .map((session) => ({
      name: session.metadata.name,
      snapshotIds: (session.status?.plan ?? []).flatMap((host) => [...host.snapshots, ...(host.logs ?? [])].map((one) => one.id)),
    }));
}
