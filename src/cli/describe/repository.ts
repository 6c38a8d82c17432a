import type { Repository } from '../../api/repository.ts';
import { age } from '../output/age.ts';
import { colorPhase } from '../output/color.ts';
import { conditionsSection, failureRows, type View } from './conditions.ts';
import type { Section } from './layout.ts';
import { whenText } from './metadata.ts';

export function repositorySections({ spec, status = {} }: Repository, view: View): Section[] {
  const { now, color } = view;
  const { maintenance } = status;
  return [
    {
      rows: [
        ['Backend', backendText(spec.backend)],
        ['Secret', spec.backend.storageSecretName],
        ['Wipe out', spec.wipeOut === undefined ? undefined : String(spec.wipeOut)],
        ['Phase', status.phase && colorPhase(color, status.phase)],
        ...failureRows(status.error, color),
        ['Layout', status.layout ?? spec.layout],
        ['Repository ID', status.repositoryID],
        ['Integrity', status.integrity === undefined ? undefined : String(status.integrity)],
        ['Last check', whenText(status.lastCheckTime, now)],
        ['Size', status.totalSize],
        ['Snapshots', snapshotsText(status)],
        ['First backup', whenText(status.firstBackupTime, now)],
        ['Last backup', whenText(status.lastBackupTime, now)],
        ['Last probe', whenText(status.lastProbeTime, now)],
        [
          'Used by',
          status.references?.map((one) => `${one.kind}/${one.namespace === undefined ? '' : `${one.namespace}/`}${one.name}`).join('\n'),
        ],
      ],
    },
    {
      title: 'Maintenance',
      rows:
        maintenance === undefined
          ? []
          : [
              ['Phase', colorPhase(color, maintenance.phase)],
              ['Reason', maintenance.reason],
              ['Started', whenText(maintenance.startTime, now)],
              ['Ended', whenText(maintenance.endTime, now)],
              ...failureRows(maintenance.error, color),
            ],
    },
    {
      title: 'Locks',
      table: {
        header: ['ID', 'HOLDER', 'HOST', 'PID', 'EXCLUSIVE', 'RENEWED', 'FIRST SEEN'],
        rows: (status.locks ?? []).map((lock) => [
          lock.id.slice(0, 8),
          lock.holder,
          lock.hostname,
          String(lock.pid),
          String(lock.exclusive),
          age(lock.time, now),
          age(lock.firstSeen, now),
        ]),
      },
    },
    {
      title: 'Requests',
      table: {
        header: ['AGE', 'ACTION', 'PHASE', 'MESSAGE'],
        rows: (status.requests ?? []).map((one) => [age(one.time, now), one.action, colorPhase(color, one.phase), one.message ?? '']),
      },
    },
    conditionsSection(status.conditions, view),
  ];
}

function snapshotsText(status: NonNullable<Repository['status']>): string | undefined {
  if (status.snapshotCount === undefined) return undefined;
  const parts = [String(status.snapshotCount)];
  if (status.recorded !== undefined) parts.push(`${status.recorded} recorded`);
  if (status.unexplained) parts.push(`${status.unexplained} unexplained`);
  if (status.snapshotsRemovedOnLastCleanup) parts.push(`${status.snapshotsRemovedOnLastCleanup} removed by the last cleanup`);
  return parts.join(', ');
}

/** `s3: bucket demo, prefix a/b`; no credential is among the fields of a backend. */
function backendText(backend: Repository['spec']['backend']): string {
  return Object.entries(backend)
    .filter(([name]) => name !== 'storageSecretName')
    .map(([name, fields]) => `${name}: ${fieldsText(fields)}`)
    .join(', ');
}

function fieldsText(fields: unknown): string {
  if (typeof fields !== 'object' || fields === null) return String(fields);
  return Object.entries(fields)
    .map(([name, value]) => `${name} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join(', ');
}
