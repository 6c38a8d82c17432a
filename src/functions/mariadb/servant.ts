import { readFile } from 'node:fs/promises';
import type { FunctionContext } from '../function.ts';
import { changeOwner } from './directory.ts';

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

/** What setpriv needs for all of this, as bits of capabilities(7). */
const NEEDED = { CAP_CHOWN: 1n << 0n, CAP_DAC_READ_SEARCH: 1n << 2n, CAP_SETGID: 1n << 6n, CAP_SETUID: 1n << 7n, CAP_SETPCAP: 1n << 8n };

/** Root would lend its rights to every statement; the owner of the data directory has to be enough. The log says where it stays root. */
export async function servantFor(context: FunctionContext, owner: { uid: number; gid: number }): Promise<Servant> {
  if (process.getuid?.() !== 0) return { enter: [], enterSearching: [], options: [] };
  const asRoot = (why: string): Servant => {
    context.log(`the private server runs as root: ${why}`);
    return { enter: [], enterSearching: [], options: ['--user=root'] };
  };
  if (owner.uid === 0) return asRoot('root owns the data directory');
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(await readFile('/proc/self/status', 'utf8'))?.[1] ?? '0'}`);
  const missing = Object.entries(NEEDED).find(([, bit]) => (effective & bit) === 0n);
  if (missing !== undefined) return asRoot(`this process has no ${missing[0]}, so uid ${owner.uid} could not reach ${context.scratch}`);
  const who = ['setpriv', '--reuid', `${owner.uid}`, '--regid', `${owner.gid}`, '--clear-groups', '--no-new-privs'];
  const search = '-all,+dac_read_search';
  // access(2) ignores the capability without this bit, and Aria replaces a control file of its log that it believes to be absent.
  const enterSearching = [...who, '--securebits', '+no_setuid_fixup', '--inh-caps', search, '--ambient-caps', search];
  return { owner: { uid: owner.uid, gid: owner.gid }, enter: who, enterSearching, options: [] };
}

/** What was made for it becomes its own. */
export async function handOver({ owner }: Servant, directories: readonly string[]): Promise<void> {
  if (owner !== undefined) for (const one of directories) await changeOwner(one, owner);
}
