import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurable } from '../../process/durable.ts';
import { endProcessGroup, type ProcessIdentity } from '../../process/identity.ts';

/** Which commands of hooks run now; one file each, written before the command gets to work. */
export interface HookJournal {
  started(process: ProcessIdentity): Promise<void>;
  ended(process: ProcessIdentity): Promise<void>;
  /** Ends what an operator that was killed left running: its hooks are run again, and two of one kind side by side would undo each other. */
  recover(): Promise<void>;
}

export function hookJournal(directory: string): HookJournal {
  const fileOf = ({ pid, startTicks }: ProcessIdentity) => join(directory, `${pid}-${startTicks}.json`);
  return {
    started: (process) => writeDurable(fileOf(process), JSON.stringify(process)),
    ended: (process) => rm(fileOf(process), { force: true }),
    recover: async () => {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      for (const name of (await readdir(directory)).filter((one) => one.endsWith('.json'))) {
        await endProcessGroup(JSON.parse(await readFile(join(directory, name), 'utf8')) as ProcessIdentity);
        await rm(join(directory, name), { force: true });
      }
    },
  };
}
