import { type Redactor, redactor } from '../secrets/redactor.ts';
import type { Clock } from './clock.ts';

type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Fields are JSON-like values or errors. No method throws. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger that adds these fields to every line; it shares the level and the redacted values. */
  child(fields: LogFields): Logger;
  /** The value never appears in a line from now on, whichever logger of the family writes it. */
  redact(value: string): void;
  /** A text without the values that are never to appear. */
  redacted(text: string): string;
}

type LogFields = Record<string, unknown>;

export interface LogOptions {
  level: LogLevel;
  /** `human` for a terminal, `json` (one object a line) otherwise. */
  format: 'human' | 'json';
  clock: Pick<Clock, 'now'>;
  /** Takes one line with its newline. Standard error in programs: standard output is for results. */
  write: (line: string) => void;
}

export function createLogger(options: LogOptions): Logger {
  return logger(options, redactor(), {});
}

/** For tests, and where nobody listens. */
export function silentLogger(): Logger {
  return createLogger({ level: 'error', format: 'json', clock: { now: () => new Date(0) }, write: () => {} });
}

const ORDER: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 };

function logger(options: LogOptions, secrets: Redactor, bound: LogFields): Logger {
  const at = (level: LogLevel) => (message: string, fields?: LogFields) => {
    if (ORDER[level] < ORDER[options.level]) return;
    const all = secrets.value({ ...bound, ...fields }) as LogFields;
    const line = options.format === 'json' ? jsonLine : humanLine;
    options.write(line(options.clock.now(), level, secrets.text(message), all));
  };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => logger(options, secrets, { ...bound, ...fields }),
    redact: (value) => secrets.add(value),
    redacted: (text) => secrets.text(text),
  };
}

function jsonLine(time: Date, level: LogLevel, message: string, fields: LogFields): string {
  return `${JSON.stringify({ time: time.toISOString(), level, message, ...fields })}\n`;
}

function humanLine(time: Date, level: LogLevel, message: string, fields: LogFields): string {
  const pairs = Object.entries(fields).flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${shown(value)}`]));
  return `${[time.toISOString().slice(11, 19), level.toUpperCase().padEnd(5), oneLine(message), ...pairs].join(' ')}\n`;
}

function shown(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value) ?? String(value);
  return /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}

/** One line stays one line, whatever a tool's message held: nobody can forge a line of the log. */
function oneLine(text: string): string {
  return text.replaceAll(/\s*[\r\n]+\s*/g, ' | ');
}
