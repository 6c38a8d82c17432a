import { CATALOGUE, type ErrorCode } from './catalogue.ts';

/**
 * Every failure that a person is told about. `code` is stable (status, events, metrics and `--json` show it), `message` says what
 * failed with which value, `remedy` what to do next (from the catalogue unless given).
 */
export class StashError extends Error {
  override readonly name = 'StashError';
  readonly code: ErrorCode;
  readonly remedy: string;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; remedy?: string } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.remedy = options.remedy ?? CATALOGUE[code].remedy;
  }

  /** Whether trying the same again later can help without anybody changing anything. */
  get transient(): boolean {
    return CATALOGUE[this.code].transient;
  }
}

export function isCode(error: unknown, ...codes: ErrorCode[]): error is StashError {
  return error instanceof StashError && codes.includes(error.code);
}

/** Any thrown value as a StashError; an unexpected one gets code Internal and keeps its cause. */
export function asStashError(thrown: unknown): StashError {
  if (thrown instanceof StashError) return thrown;
  return new StashError('Internal', thrown instanceof Error ? thrown.message : String(thrown), { cause: thrown });
}

export function assertNever(value: never): never {
  throw new StashError('Internal', `unexpected value ${JSON.stringify(value)}`);
}
