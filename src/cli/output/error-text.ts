import type { StashError } from '../../errors/error.ts';
import type { Color } from './color.ts';

/** What a person (or with `json` a program) reads on standard error: what failed, what to do, and the stable code. */
export function errorText(error: StashError, options: { json: boolean; verbose: boolean; color: Color }): string {
  if (options.json) {
    return `${JSON.stringify({ error: { code: error.code, message: error.message, remedy: error.remedy, transient: error.transient } })}\n`;
  }
  // Somebody wanted it so: one line says what is left.
  if (error.code === 'Interrupted') return `${error.message}. ${error.remedy}\n`;
  const lines = [`${options.color.bad('error')}: ${error.message} (${error.code})`, `  ${error.remedy}`];
  // A defect is reported with its stack; anything else only when asked for.
  if (error.code === 'Internal' || options.verbose) lines.push(...causes(error));
  return `${lines.join('\n')}\n`;
}

function causes(error: StashError): string[] {
  const lines: string[] = [];
  for (
    let cause: unknown = error.cause;
    cause !== undefined && lines.length < 8;
    cause = cause instanceof Error ? cause.cause : undefined
  ) {
    lines.push(`  caused by: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}`);
  }
  return lines;
}
