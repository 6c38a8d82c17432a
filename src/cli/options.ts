import { InvalidArgumentError, Option } from 'commander';
import { formatDuration, parseDuration } from '../rules/duration.ts';

/** `--timeout`, a Go duration (`90s`, `1h30m`); its value is in milliseconds. */
export function timeoutOption(description: string, defaultMs?: number): Option {
  const option = new Option('--timeout <duration>', description).argParser(milliseconds);
  return defaultMs === undefined ? option : option.default(defaultMs, formatDuration(defaultMs));
}

/** A parser for options that may be repeated; undefined when it was not given at all. */
export function repeated(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}

function milliseconds(text: string): number {
  try {
    return parseDuration(text);
  } catch {
    throw new InvalidArgumentError('It is not a duration such as 90s, 10m or 1h30m.');
  }
}
