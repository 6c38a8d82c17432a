import type { BackupSession } from '../../api/backup-session.ts';
import type { RestoreSession } from '../../api/restore-session.ts';
import { CATALOGUE, type ErrorCode } from '../../errors/catalogue.ts';
import { StashError } from '../../errors/error.ts';

interface HostOutcome {
  hostname?: string;
  phase?: string;
  error?: string;
  errorCode?: string;
  remedy?: string;
}

/** Why a finished session did not succeed, as an error with code, message and remedy; undefined when it did. */
export function failureOf(session: BackupSession | RestoreSession): StashError | undefined {
  const { status, kind, metadata } = session;
  if (status?.phase === 'Succeeded') return undefined;
  const host = telling(session);
  const code = knownCode(host?.errorCode) ?? knownCode(status?.reason) ?? 'CommandFailed';
  const look = `Read "stash logs ${metadata.name}" and "stash describe ${kind}/${metadata.name}".`;
  const remedy = host?.remedy ?? (code === 'CommandFailed' ? look : CATALOGUE[code].remedy);
  const text =
    host?.error === undefined || OF_ALL.has(host.errorCode ?? '')
      ? (status?.message ?? status?.reason)
      : `${host.hostname ?? 'host'}: ${host.error}`;
  // A status message may end in the remedy, which is printed on a line of its own here.
  const detail = text?.endsWith(remedy) ? text.slice(0, -remedy.length).replace(/[.\s]+$/, '') : text;
  return new StashError(code, `${kind} ${metadata.name} ended ${status?.phase ?? 'without a result'}${detail ? `: ${detail}` : ''}`, {
    remedy,
  });
}

/** What the hosts have said together; it is no host's own. */
const OF_ALL: ReadonlySet<string> = new Set(['NoPrimary', 'SeveralPrimaries'] satisfies ErrorCode[]);

/** The host that says most of why: one that has failed for the reason of the session, else one that has failed. */
function telling(session: BackupSession | RestoreSession): HostOutcome | undefined {
  const failed = hostsOf(session).filter((one) => one.phase !== 'Skipped' && (one.error ?? one.errorCode) !== undefined);
  return failed.find((one) => one.errorCode === session.status?.reason) ?? failed[0];
}

function hostsOf(session: BackupSession | RestoreSession): HostOutcome[] {
  if (session.kind === 'RestoreSession') return (session as RestoreSession).status?.stats ?? [];
  return ((session as BackupSession).status?.targets ?? []).flatMap((target) => target.stats ?? []);
}

function knownCode(code: string | undefined): ErrorCode | undefined {
  return code !== undefined && Object.hasOwn(CATALOGUE, code) ? (code as ErrorCode) : undefined;
}
