import { StashError } from '../errors/error.ts';
import { directoriesOf } from '../platform/local/directories.ts';
import { isHeld } from '../runtime/exclusive-holder.ts';
import type { Cli, GlobalOptions } from './cli.ts';
import { dataDirOf } from './data-dir.ts';

/** Whether a `stash up` runs on the data directory. */
export function operatorRuns(dataDir: string): boolean {
  return isHeld(directoriesOf(dataDir).lock);
}

/** Who does the work where this command works, for messages. */
export function workerOf({ credentials }: GlobalOptions): string {
  return credentials === undefined ? '"stash up"' : 'the operator';
}

/** For commands that wait for what only a running operator does. `what` is the first half of the message. */
export async function assertOperatorRuns(cli: Cli, options: GlobalOptions, what: string): Promise<void> {
  const missing = await missingOperator(cli, options);
  if (missing === undefined) return;
  const remedy = options.credentials === undefined ? {} : { remedy: CLUSTER_REMEDY };
  throw new StashError('OperatorUnreachable', `${what}; ${missing.short}`, remedy);
}

/** Says on standard error that nobody does the work yet, where that is so. `then` is what happens meanwhile. */
export async function noteMissingOperator(cli: Cli, options: GlobalOptions, then: string): Promise<void> {
  const missing = await missingOperator(cli, options);
  if (missing !== undefined) cli.err.write(`note: ${missing.long}; ${then}\n`);
}

/** Undefined when it is there, and when nobody can say. */
async function missingOperator(cli: Cli, options: GlobalOptions): Promise<{ short: string; long: string } | undefined> {
  if (options.credentials === undefined) {
    const dataDir = dataDirOf(cli, options);
    if (operatorRuns(dataDir)) return undefined;
    return { short: `none runs on ${dataDir}`, long: `no "stash up" runs on ${dataDir}` };
  }
  const [{ withCluster }, { operatorState }] = await Promise.all([import('./cluster/connect.ts'), import('./cluster/operator.ts')]);
  const { runs, found } = await withCluster(cli, options, ({ connection }) => operatorState(cli, connection, options.operatorNamespace));
  return runs === false ? { short: `none leads: ${found}`, long: `no operator leads: ${found}` } : undefined;
}

const CLUSTER_REMEDY =
  'Install or start the operator (kubectl stash doctor says how it stands), or name its namespace with --operator-namespace.';
