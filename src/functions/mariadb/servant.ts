import { readFile } from 'node:fs/promises';
import type { FunctionContext } from '../function.ts';

/** As whom the programs run that carry out what a backup and its logs say. */
export interface Servant {
  /** Set where it is another than this process: what the programs write has to be theirs. */
  owner?: { uid: number; gid: number };
  /** A command line to be put before a program. */
  enter: string[];
  /** The same for one that reads below directories which are closed to it. */
  enterSearching: string[];
  /** For mariadbd, which root has to tell that it means it. */
  options: string[];
}

const DAC_READ_SEARCH = 1n << 2n;

/** Root would lend its rights to every statement; the owner of the data directory has to be enough. The log says where it stays root. */
export async function servantFor(context: FunctionContext, owner: { uid: number; gid: number }): Promise<Servant> {
  if (process.getuid?.() !== 0) return { enter: [], enterSearching: [], options: [] };
  const asRoot = (why: string): Servant => {
    context.log(`the private server runs as root: ${why}`);
    return { enter: [], enterSearching: [], options: ['--user=root'] };
  };
  if (owner.uid === 0) return asRoot('root owns the data directory');
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(await readFile('/proc/self/status', 'utf8'))?.[1] ?? '0';
  if ((BigInt(`0x${effective}`) & DAC_READ_SEARCH) === 0n)
    return asRoot(`uid ${owner.uid} could not reach ${context.scratch} without CAP_DAC_READ_SEARCH, which this process has not`);
  const who = ['setpriv', '--reuid', `${owner.uid}`, '--regid', `${owner.gid}`, '--clear-groups', '--no-new-privs'];
  const search = '-all,+dac_read_search';
  const { uid, gid } = owner;
  return { owner: { uid, gid }, enter: who, enterSearching: [...who, '--inh-caps', search, '--ambient-caps', search], options: [] };
}
