import { StashError } from '../../errors/error.ts';
import type { RepositoryAccess, RunControl } from '../engine.ts';
import { argv } from './argv.ts';
import { type ResticSettings, runRestic } from './command.ts';
import { codeOf, messageOf } from './failure.ts';
import { snapshots } from './snapshots.ts';

// A command line has room for some 2 MB; ids are 64 characters.
const AT_ONCE = 5_000;

/** Forgets exactly these and looks whether they are gone. Ids that were gone before are no error. */
export async function forget(settings: ResticSettings, access: RepositoryAccess, ids: string[], control: RunControl): Promise<void> {
  const wrong = ids.find((id) => !/^[0-9a-f]{64}$/.test(id));
  if (wrong !== undefined) throw new StashError('Invalid', `forget needs full snapshot ids, not ${JSON.stringify(wrong)}`);
  let refusal = '';
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    const ran = await runRestic(settings, access, { args: argv.forget(ids.slice(from, from + AT_ONCE)), accept: [0, 3] }, control);
    if (ran.exitCode !== 0) refusal = ran.stderr;
  }
  if (ids.length === 0) return;
  const left = await snapshots(settings, access, { ids }, control);
  if (left.length === 0) return;
  const why = refusal.split('\n').find((line) => line.startsWith('Remove(')) ?? messageOf({ exitCode: 3, stderr: refusal });
  const code = codeOf({ exitCode: 3, stderr: refusal });
  throw new StashError(
    code === 'CommandFailed' ? 'StorageDenied' : code,
    `${left.length} of ${ids.length} snapshots could not be forgotten (first: ${left[0]?.id}): ${why}`,
  );
}

export async function prune(
  settings: ResticSettings,
  access: RepositoryAccess,
  options: { maxRepackSize?: string; maxUnused?: string },
  control: RunControl,
): Promise<{ bytesFreed?: number }> {
  const { stdout } = await runRestic(settings, access, { args: argv.prune(options) }, control);
  const bytesFreed = freedBy(stdout);
  return bytesFreed === undefined ? {} : { bytesFreed };
}

/** prune has no JSON. Three digits and a unit, so the last bytes are a guess; undefined where restic says it in other words. */
export function freedBy(stdout: string): number | undefined {
  const [, amount, unit = ''] = /^total prune:\s+\d+ blobs \/ ([\d.]+) ([KMGTPE]i)?B$/m.exec(stdout) ?? [];
  return amount === undefined ? undefined : Math.round(Number(amount) * 1024 ** UNITS.indexOf(unit));
}

const UNITS = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
