import type { BackupSession } from '../../api/backup-session.ts';
import type { Progress, Step } from '../../api/progress.ts';
import type { RestoreSession } from '../../api/restore-session.ts';
import { progressText } from '../describe/hosts.ts';
import { targetText } from '../describe/sessions.ts';
import { age } from '../output/age.ts';
import { type Color, colorPhase } from '../output/color.ts';
import { alignRows } from '../output/table.ts';

interface HostRun {
  hostname?: string;
  phase?: string;
  progress?: Progress;
  steps?: Step[];
}

/** What a person sees while a session runs: its phase and age, and a line a host with step, percent and bytes. */
export function progressLines(session: BackupSession | RestoreSession, now: Date, color: Color): string[] {
  const { metadata, status } = session;
  const phase = status?.phase ?? 'Pending';
  const since = age(status?.startTime ?? metadata.creationTimestamp, now);
  const head = `${session.kind} ${metadata.name}: ${colorPhase(color, phase)} for ${since}${status?.message ? ` - ${status.message}` : ''}`;
  return [head, ...alignRows(hostRows(session, color), 2).map((line) => `  ${line}`)];
}

function hostRows(session: BackupSession | RestoreSession, color: Color): string[][] {
  if (session.kind === 'RestoreSession') return ((session as RestoreSession).status?.stats ?? []).map((host) => hostRow('', host, color));
  const targets = (session as BackupSession).status?.targets ?? [];
  return targets.flatMap((target) =>
    (target.stats ?? []).map((host) =>
      hostRow(targets.length > 1 && target.ref !== undefined ? `${targetText(target.ref)} ` : '', host, color),
    ),
  );
}

function hostRow(target: string, host: HostRun, color: Color): string[] {
  return [`${target}${host.hostname ?? '?'}`, colorPhase(color, host.phase ?? 'Pending'), doing(host)];
}

function doing(host: HostRun): string {
  if (host.phase !== 'Running') return ' ';
  const step = host.steps?.findLast((one) => one.phase === 'Running')?.name;
  return progressText(host.progress) ?? step ?? ' ';
}
