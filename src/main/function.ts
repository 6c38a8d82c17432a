import { runBuiltIn } from '../functions/function.ts';
import { physical } from '../functions/mariadb/physical.ts';
import { physicalRestore } from '../functions/mariadb/physical-restore.ts';

/** `stash-function NAME`: the built-in functions behind the catalogue's commands. */
const BUILT_IN = new Map([
  ['mariadb-physical', physical],
  ['mariadb-restore', physicalRestore],
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
