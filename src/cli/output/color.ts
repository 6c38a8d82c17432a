/** Colours by meaning; each is the identity where colours are off. */
export interface Color {
  good: (text: string) => string;
  bad: (text: string) => string;
  busy: (text: string) => string;
  dim: (text: string) => string;
  bold: (text: string) => string;
}

/** Colours are for a terminal only, and never with NO_COLOR (any non-empty value). */
export function colorFor(terminal: boolean, env: Readonly<Record<string, string | undefined>>): Color {
  return terminal && !env.NO_COLOR && env.TERM !== 'dumb' ? ANSI : PLAIN;
}

/** The colour of a phase or state; unknown words stay as they are. */
export function colorPhase(color: Color, phase: string): string {
  if (GOOD.has(phase)) return color.good(phase);
  if (BAD.has(phase)) return color.bad(phase);
  if (BUSY.has(phase)) return color.busy(phase);
  return phase;
}

const GOOD = new Set(['Ready', 'Succeeded', 'Stored', 'run', 'True', 'Scheduled']);
const BAD = new Set(['NotReady', 'Failed', 'Invalid', 'False', 'AgentLost']);
const BUSY = new Set(['Pending', 'Running', 'DataStored', 'Verifying', 'Skipped', 'paused', 'Paused', 'NotSupportedYet', 'Unknown']);

const wrap = (open: number, close: number) => (text: string) => `\u001b[${open}m${text}\u001b[${close}m`;
const same = (text: string) => text;

const ANSI: Color = { good: wrap(32, 39), bad: wrap(31, 39), busy: wrap(33, 39), dim: wrap(2, 22), bold: wrap(1, 22) };
export const PLAIN: Color = { good: same, bad: same, busy: same, dim: same, bold: same };
