import { StashError } from '../errors/error.ts';
import { directoriesOf } from '../platform/local/directories.ts';
import { isHeld } from '../runtime/exclusive-holder.ts';
import type { Cli, GlobalOptions } from './cli.ts';
import { dataDirOf } from './data-dir.ts';

/** Whether a `stash up` runs on the data directory. */
export function operatorRuns(dataDir: string): boolean {
  return isHeld(directoriesOf(dataDir).lock);
}

/** For commands that wait for what only a running operator does. `what` is the first half of the message. */
export function assertOperatorRuns(cli: Cli, options: GlobalOptions, what: string): void {
  const dataDir = dataDirOf(cli, options);
  if (operatorRuns(dataDir)) return;
  throw new StashError('OperatorUnreachable', `${what}; none runs on ${dataDir}`);
}
