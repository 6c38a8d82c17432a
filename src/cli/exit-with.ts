import type { StashError } from '../errors/error.ts';

/** Ends the command with this exit code; the error, where there is one, is printed first. */
export class ExitWith extends Error {
  readonly code: number;
  readonly error: StashError | undefined;

  constructor(code: number, error?: StashError) {
    super(`exit ${code}`);
    this.code = code;
    this.error = error;
  }
}
