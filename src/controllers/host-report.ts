import type { OrderError, Report } from '../orders/report.ts';
import { formatDuration } from '../rules/duration.ts';
import { stepStatus } from './step-reports.ts';

/** How long after its deadline a run waits for the agent to confirm that it stopped. */
export const STOP_GRACE_MS = 60_000;

/** What the status of a host of a backup and that of a restore have in common. */
interface Host {
  progress?: unknown;
  endTime?: string;
  message?: string;
}

/** A host with what its agent says so far: its steps, and its progress while it runs; the end, but not how that went, once it has ended. */
export function reportedHost<H extends Host>(host: H, report: Report, now: string) {
  const reported = { ...settled(host), steps: stepStatus(report) };
  if (report.state === 'Running')
    return { ...reported, phase: 'Running' as const, ...(report.progress === undefined ? {} : { progress: report.progress }) };
  const endTime = report.endTime ?? now;
  return { ...reported, endTime, duration: formatDuration(Date.parse(endTime) - Date.parse(report.startTime)) };
}

export function failedHost<H extends Host>(host: H, error: OrderError, now: string) {
  const { code: errorCode, message, remedy } = error;
  const failure = { error: message, errorCode, remedy };
  return { ...settled(host), phase: 'Failed' as const, endTime: host.endTime ?? now, ...failure };
}

/** A host whose order was given, with what keeps its agent from taking it. */
export function orderedHost<H extends Host>(host: H, hindrance: string | undefined) {
  const { message: _message, ...rest } = host;
  return { ...rest, ...(hindrance === undefined ? {} : { message: `waits for its agent: ${hindrance}` }) };
}

/** How far it was and what it waited for count no more. */
function settled<H extends Host>(host: H): Omit<H, 'progress' | 'message'> {
  const { progress: _progress, message: _message, ...rest } = host;
  return rest;
}
