import { MOST_MARKS } from '../api/most-marks.ts';
import { LONGEST_TEXT, MOST_EVIDENCE, MOST_NAMED, MOST_STEPS } from './limits.ts';
import type { OrderError, OrderResult, Report, RoleEvidence, StoredSnapshot } from './report.ts';

/** The report within what an operator takes: long texts are cut, of long lists the beginning (of steps, the end) is told. */
export function boundedReport(report: Report): Report {
  return {
    ...report,
    steps: report.steps.slice(-MOST_STEPS).map((step) => ({ ...step, name: cut(step.name, LONGEST_NAME) })),
    ...(report.error === undefined ? {} : { error: boundedError(report.error) }),
    ...(report.result === undefined ? {} : { result: boundedResult(report.result) }),
  };
}

/** Of a step; long enough for a function's name and a repository's. */
export const LONGEST_NAME = 600;

/** A GTID position. */
export const LONGEST_STATE = 1_024;
/** Of a value that a role was concluded from. */
export const EVIDENCE_NAME = /^[A-Za-z0-9_.-]{1,64}$/;

function boundedError({ code, message, remedy }: OrderError): OrderError {
  return { code, message: cut(message), remedy: cut(remedy) };
}

function boundedResult(result: OrderResult): OrderResult {
  switch (result.type) {
    case 'Backup':
      return {
        ...result,
        operation: { ...result.operation, reason: cut(result.operation.reason) },
        ...(result.message === undefined ? {} : { message: cut(result.message) }),
        stored: boundedSnapshots(result.stored),
        ...(result.caughtUp === undefined ? {} : { caughtUp: boundedSnapshots(result.caughtUp) }),
        failed: result.failed.map((one) => ({ ...one, error: boundedError(one.error) })),
        ...(result.skipped === undefined ? {} : { skipped: cut(result.skipped) }),
      };
    case 'Log':
      return {
        ...result,
        ...(result.evidence === undefined ? {} : { evidence: boundedEvidence(result.evidence) }),
        ...(result.log === undefined ? {} : { log: { ...result.log, recent: result.log.recent.slice(-MOST_MARKS) } }),
        ...(result.ended === undefined ? {} : { ended: { ...result.ended, message: cut(result.ended.message) } }),
        ...(result.error === undefined ? {} : { error: boundedError(result.error) }),
        failed: result.failed.map((one) => ({ ...one, error: boundedError(one.error) })),
      };
    case 'Restore':
      return result.message === undefined ? result : { ...result, message: cut(result.message) };
    case 'Role':
      return { ...result, evidence: boundedEvidence(result.evidence) };
    case 'Maintain':
      return result.check === undefined ? result : { ...result, check: { ...result.check, messages: boundedTexts(result.check.messages) } };
    case 'Wipe':
      return result.kept === undefined ? result : { ...result, kept: cut(result.kept) };
    default:
      return result;
  }
}

function boundedSnapshots(stored: readonly StoredSnapshot[]): StoredSnapshot[] {
  return stored.map((one) => ({
    ...one,
    unreadable: one.unreadable.slice(0, MOST_NAMED).map(({ item, message }) => ({ item: cut(item), message: cut(message) })),
  }));
}

/** Few, short and plain, whatever a function says. */
function boundedEvidence(evidence: RoleEvidence): RoleEvidence {
  const plain = Object.entries(evidence).filter(
    ([name, value]) => EVIDENCE_NAME.test(name) && ['string', 'number', 'boolean'].includes(typeof value),
  );
  return Object.fromEntries(plain.slice(0, MOST_EVIDENCE).map(([name, value]) => [name, typeof value === 'string' ? cut(value) : value]));
}

function boundedTexts(texts: readonly string[]): string[] {
  return texts.slice(0, MOST_NAMED).map((text) => cut(text));
}

/** The beginning says what failed, the end how: what is left out is the middle. */
function cut(text: string, longest = LONGEST_TEXT): string {
  if (text.length <= longest) return text;
  const half = Math.floor((longest - GAP.length) / 2);
  return `${text.slice(0, half)}${GAP}${text.slice(-half)}`;
}

const GAP = ' […] ';
