import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defaultPlaces } from '../tools/locate.ts';

const BIN = fileURLToPath(new URL('../../../bin', import.meta.url));

/** What child processes get of our environment: where programs are, and nothing that could hold a secret. */
export function childEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const { toolsDir } = defaultPlaces();
  const path = [BIN, `${toolsDir}/bin`, env.PATH ?? '/usr/bin:/bin', '/usr/sbin', '/sbin'].join(delimiter);
  const kept = ['HOME', 'TMPDIR', 'LANG', 'USER', 'STASH_NODE', 'STASH_RESTIC'].map((name) => [name, env[name]] as const);
  const given = kept.filter((pair): pair is [string, string] => pair[1] !== undefined);
  return { ...Object.fromEntries(given), PATH: path, STASH_NODE: process.execPath };
}
