import type { BackupTargetStatus, HostBackupStats } from '../../api/backup-target-status.ts';
import type { Operation } from '../../api/operations.ts';
import { orderError } from '../../orders/order-error.ts';
import type { OrderError, Report } from '../../orders/report.ts';
import { judgeRoles, type RoleAnswer, type RolesVerdict } from '../../rules/judge-roles.ts';
import { failedHost } from '../host-report.ts';
import { noResult, targetPhase } from './status.ts';

/** Why a host was not backed up, in `operation.reason`: it is a replica, or it has not said what it is. */
const NOT_PRIMARY = 'NotPrimary';
export const SILENT = 'Silent';

/** Whether the host has said what it is, or counts as silent. */
export function hasAnswered(host: HostBackupStats): boolean {
  return host.phase !== 'Pending' || host.role !== undefined;
}

/** A host with the report on its Role order, which has ended. */
export function withAnswer(host: HostBackupStats, report: Report, operation: Operation): HostBackupStats {
  if (report.result?.type !== 'Role') return silentHost(host, report.error ?? noResult(), operation);
  const { role, evidence } = report.result;
  return { ...host, role, evidence };
}

/** It does not count, and is not backed up. */
export function silentHost(host: HostBackupStats, { code, message, remedy }: OrderError, requested: Operation): HostBackupStats {
  return { ...host, phase: 'Skipped', operation: { requested, reason: SILENT }, error: message, errorCode: code, remedy };
}

/** The target with what follows from its hosts' answers: the one primary is left to be backed up, or all has failed. */
export function decideTarget(
  target: BackupTargetStatus,
  name: string,
  operation: Operation,
  now: string,
): { target: BackupTargetStatus; verdict: RolesVerdict } {
  const verdict = judgeRoles(name, (target.stats ?? []).map(answerOf));
  const stats = (target.stats ?? []).map((host) => decided(host, verdict, operation, now));
  return { target: { ...target, stats, phase: targetPhase(stats) }, verdict };
}

function answerOf(host: HostBackupStats): RoleAnswer {
  const { hostname = '', role, evidence, errorCode = '', error = '', remedy = '' } = host;
  if (role === 'Primary' || role === 'Replica') return { host: hostname, role, evidence: (evidence ?? {}) as Record<string, unknown> };
  return { host: hostname, silence: { code: errorCode, message: error, remedy } };
}

function decided(host: HostBackupStats, verdict: RolesVerdict, requested: Operation, now: string): HostBackupStats {
  const { role, errorCode: code = '', error: message = '', remedy = '' } = host;
  if (verdict.type === 'None')
    return role === undefined ? failedHost(host, { code, message, remedy }, now) : failedHost(host, orderError(verdict.error), now);
  if (role === 'Replica') return { ...host, phase: 'Skipped', operation: { requested, reason: NOT_PRIMARY } };
  return role === 'Primary' && verdict.type === 'Several' ? failedHost(host, orderError(verdict.error), now) : host;
}
