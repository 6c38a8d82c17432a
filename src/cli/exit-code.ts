import { CATALOGUE, type ErrorClass } from '../errors/catalogue.ts';
import { assertNever, type StashError } from '../errors/error.ts';

/** What the process ends with. Documented in `stash --help` and docs/cli.md; a number never changes its meaning. */
export function exitCode(error: StashError): number {
  return codeOf(CATALOGUE[error.code].class);
}

/** The same table in words, for help texts. */
export const EXIT_CODES = [
  [0, 'success'],
  [1, 'internal error'],
  [2, 'wrong usage'],
  [3, 'not found'],
  [4, 'validation failed'],
  [5, 'the operation failed'],
  [6, 'unreachable'],
  [7, 'timed out'],
  [8, 'conflict'],
  [130, 'interrupted (Ctrl-C) while it waited, watched or followed; what was started goes on'],
] as const;

function codeOf(errorClass: ErrorClass): number {
  switch (errorClass) {
    case 'internal':
      return 1;
    case 'usage':
      return 2;
    case 'notFound':
      return 3;
    case 'validation':
      return 4;
    case 'failed':
      return 5;
    case 'unreachable':
      return 6;
    case 'timeout':
      return 7;
    case 'conflict':
      return 8;
    case 'interrupted':
      return 130;
    default:
      return assertNever(errorClass);
  }
}
