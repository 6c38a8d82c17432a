import { runBuiltIn } from '../functions/function.ts';
import { dumpBackup } from '../functions/mariadb/dump/dump-backup.ts';
import { dumpRestore } from '../functions/mariadb/dump/dump-restore.ts';
import { dumpStream } from '../functions/mariadb/dump/dump-stream.ts';
import { physical } from '../functions/mariadb/physical.ts';
import { physicalRestore } from '../functions/mariadb/physical-restore.ts';

/** `stash-function NAME`: the built-in functions behind the catalogue's commands. */
const BUILT_IN = new Map([
  ['mariadb-physical', physical],
  ['mariadb-restore', physicalRestore],
  ['mariadb-dump', dumpBackup],
  ['mariadb-dump-stream', dumpStream],
  ['mariadb-dump-restore', dumpRestore],
]);

const name = process.argv[2] ?? '';
const work = BUILT_IN.get(name);
if (work === undefined) {
  process.stderr.write(`there is no built-in function "${name}"; there are: ${[...BUILT_IN.keys()].join(', ')}\n`);
  process.exit(64);
}
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
process.exitCode = await runBuiltIn(work, process.env, stop.signal);
