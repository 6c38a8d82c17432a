import { asStashError } from '../errors/error.ts';
import { formatDuration } from '../rules/duration.ts';
import { timeText } from './context.ts';

/** What a phase makes of a session: lets it pass, makes it wait, or ends it. */
export type PhaseOutcome<Phase extends string> = Next | Wait | Ending<Phase>;

interface Next {
  type: 'next';
}

interface Wait {
  type: 'wait';
  ms: number;
  why: string;
}

export interface Ending<Phase extends string> {
  type: 'end';
  phase: Phase;
  reason: string;
  message: string;
  /** What the event says, where an event before it has told what `message` says. */
  told?: string;
}

export const NEXT: Next = { type: 'next' };

export function wait(ms: number, why: string): Wait {
  return { type: 'wait', ms, why };
}

export function fail<Phase extends string = 'Failed'>(thrown: unknown, phase: Phase = 'Failed' as Phase): Ending<Phase> {
  const error = asStashError(thrown);
  return { type: 'end', phase, reason: error.code, message: `${error.message}. ${error.remedy}`.trim() };
}

/** The part of status that an ending writes; how long it took only where it had begun. */
export function ended<Phase extends string>(startTime: string | undefined, { phase, reason, message }: Ending<Phase>, now: Date) {
  const took = startTime === undefined ? {} : { sessionDuration: wholeSeconds(now.getTime() - Date.parse(startTime)) };
  return { phase, reason, message, endTime: timeText(now), ...took };
}

function wholeSeconds(ms: number): string {
  return formatDuration(Math.floor(ms / 1000) * 1000);
}
