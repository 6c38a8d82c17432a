import type { BackupSession } from '../../api/backup-session.ts';
import type { BackupTargetStatus } from '../../api/backup-target-status.ts';
import type { TargetRef } from '../../api/references.ts';
import type { RestoreBatch } from '../../api/restore-batch.ts';
import type { RestoreSession } from '../../api/restore-session.ts';
import { colorPhase } from '../output/color.ts';
import { operationText } from '../output/operation-text.ts';
import { conditionsSection, type View } from './conditions.ts';
import { backupHostSection, restoreHostSection } from './hosts.ts';
import type { Section } from './layout.ts';
import { whenText } from './metadata.ts';
import { pointSections } from './point.ts';

export function backupSessionSections({ spec, status = {} }: BackupSession, view: View): Section[] {
  return [
    {
      rows: [
        ['Invoker', `${spec.invoker.kind}/${spec.invoker.name}`],
        ['Alias', spec.alias],
        ['Trigger', [spec.trigger, spec.retryOf && `of ${spec.retryOf}`].filter(Boolean).join(' ')],
        ['Scheduled for', whenText(spec.scheduledTime, view.now)],
        ['Operation', operationText(status.operation)],
        ...courseRows(status, view),
        ['Replayable until', whenText(status.replayableUntil, view.now)],
        ['Retry', status.retried ? 'another session repeats it' : whenText(status.nextRetry, view.now)],
      ],
    },
    ...(status.targets ?? []).map((target) => targetSection(target, view)),
    conditionsSection(status.conditions, view),
  ];
}

export function restoreSessionSections({ spec, status = {} }: RestoreSession, view: View): Section[] {
  return [
    {
      rows: [
        ['Repository', spec.repository && refText(spec.repository)],
        ['Target', spec.target?.ref && targetText(spec.target.ref)],
        ['Claims', claimsText(status)],
        ['Previous data', spec.previousData],
        ...courseRows(status, view),
      ],
    },
    {
      title: 'Plan',
      table: {
        header: ['HOST', 'FROM HOST', 'SNAPSHOT', 'TAKEN', 'PATHS', 'SIZE', 'DESTINATION'],
        rows: (status.plan ?? []).flatMap((host) =>
          host.snapshots.map((one) => [
            host.hostname,
            host.sourceHost,
            one.id.slice(0, 8),
            one.time ?? '',
            (one.paths ?? []).join(','),
            one.totalSize ?? '',
            host.destination ?? '',
          ]),
        ),
      },
    },
    ...pointSections(status),
    ...(status.stats ?? []).map((host) => restoreHostSection(host, view)),
    conditionsSection(status.conditions, view),
  ];
}

export function restoreBatchSections({ spec, status = {} }: RestoreBatch, view: View): Section[] {
  return [
    {
      rows: [['Repository', spec.repository && refText(spec.repository)], ['Order', spec.executionOrder], ...courseRows(status, view)],
    },
    ...(status.members ?? []).map((member) => ({
      title: `Member ${member.ref === undefined ? '?' : targetText(member.ref)}`,
      rows: [['Phase', member.phase && colorPhase(view.color, member.phase)] as const],
      sections: [...(member.stats ?? []).map((host) => restoreHostSection(host, view)), conditionsSection(member.conditions, view)],
    })),
    conditionsSection(status.conditions, view),
  ];
}

interface Course {
  phase?: string;
  reason?: string;
  message?: string;
  startTime?: string;
  endTime?: string;
  sessionDuration?: string;
  sessionDeadline?: string;
}

function courseRows(status: Course, { now, color }: View): [string, string | undefined][] {
  return [
    ['Phase', [status.phase && colorPhase(color, status.phase), status.reason && `(${status.reason})`].filter(Boolean).join(' ')],
    ['Message', status.message],
    ['Started', whenText(status.startTime, now)],
    ['Ended', whenText(status.endTime, now)],
    ['Duration', status.sessionDuration],
    ['Deadline', status.endTime === undefined ? whenText(status.sessionDeadline, now) : undefined],
  ];
}

function targetSection(target: BackupTargetStatus, view: View): Section {
  return {
    title: `Target ${target.ref === undefined ? '' : targetText(target.ref)}`,
    rows: [
      ['Phase', target.phase && colorPhase(view.color, target.phase)],
      ['Hosts', target.totalHosts === undefined ? undefined : String(target.totalHosts)],
      ['Before', target.preBackupActions?.join(', ')],
      ['After', target.postBackupActions?.join(', ')],
    ],
    sections: [...(target.stats ?? []).map((host) => backupHostSection(host, view)), conditionsSection(target.conditions, view)],
  };
}

function claimsText({ plan = [] }: NonNullable<RestoreSession['status']>): string | undefined {
  const claims = plan.flatMap((host) => host.claims ?? []);
  return claims.length === 0 ? undefined : claims.join(', ');
}

/** `KIND/NAME`, with the namespace in front where the reference has one. */
export function targetText(ref: TargetRef): string {
  return [ref.namespace, ref.kind ?? '?', ref.name ?? '?'].filter((part) => part !== undefined).join('/');
}

export function refText(ref: { name: string; namespace?: string }): string {
  return ref.namespace === undefined ? ref.name : `${ref.namespace}/${ref.name}`;
}
