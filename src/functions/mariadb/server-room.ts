import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeConfiguration } from './backup-configuration.ts';

/**
 * Makes room in `place` for a server of our own on the data directory of a backup; returns the options it begins with: it is told nothing but
 * what InnoDB has to know, and its statements read and write no file of this machine. Throws ChainBroken.
 */
export async function serverRoom(place: string, datadir: string): Promise<string[]> {
  const [configuration, temporary, none] = [join(place, 'server.cnf'), join(place, 'tmp'), join(place, 'none')];
  for (const one of [temporary, none]) await mkdir(one, { recursive: true, mode: 0o700 });
  await writeConfiguration(datadir, configuration);
  return [`--defaults-file=${configuration}`, `--datadir=${datadir}`, `--tmpdir=${temporary}`, `--secure-file-priv=${none}`];
}
