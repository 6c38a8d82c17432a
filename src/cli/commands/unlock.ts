import type { Command } from 'commander';
import type { RepositoryLock } from '../../api/repository.ts';
import { FOREIGN_MS } from '../../rules/locks.ts';
import { type Cli, type GlobalOptions, namespaceOf } from '../cli.ts';
import { withStore } from '../connect.ts';
import { timeoutOption } from '../options.ts';
import { age } from '../output/age.ts';
import { tableLines } from '../output/table.ts';
import { readObject } from '../read.ts';
import { type RequestOptions, request } from '../request.ts';

export function register(program: Command, cli: Cli): void {
  program
    .command('unlock')
    .description('take away the locks of runs that have ended; never that of a run which goes on')
    .argument('<repository>', 'name of the Repository')
    .option('--dry-run', 'show the locks that were seen and what would happen')
    .option('--no-wait', 'do not wait for the answer')
    .addOption(timeoutOption('how long to wait for the answer', 600_000))
    .action(async (repository: string, _options, command: Command) => {
      const options: RequestOptions & { dryRun?: boolean } = command.optsWithGlobals();
      if (options.dryRun) await showLocks(cli, repository, options);
      else await request(cli, repository, 'Unlock', {}, options);
    });
}

async function showLocks(cli: Cli, name: string, options: GlobalOptions): Promise<void> {
  const { status } = await withStore(cli, options, (store) => readObject(store, 'Repository', name, namespaceOf(options)));
  cli.out.write(`${locksText(status?.locks ?? [], cli.clock.now())}\n`);
}

/** All locks or none are taken away: the engine cannot remove a chosen one. */
export function locksText(locks: readonly RepositoryLock[], now: Date): string {
  if (locks.length === 0) return 'no lock was seen: there is nothing to do';
  const rows = locks.map((lock) => [
    lock.id.slice(0, 8),
    lock.holder,
    lock.hostname,
    String(lock.pid),
    lock.exclusive ? 'exclusive' : 'shared',
    age(lock.time, now),
    age(lock.firstSeen, now),
    mayGo(lock, now) ? 'may go' : why(lock, now),
  ]);
  const blocked = locks.some((lock) => !mayGo(lock, now));
  const verdict = blocked
    ? 'would leave all locks: one of them may still be in use'
    : `would take away ${locks.length === 1 ? 'the lock' : `all ${locks.length} locks`}`;
  return [...tableLines(['ID', 'HOLDER', 'HOST', 'PID', 'KIND', 'RENEWED', 'FIRST SEEN', 'VERDICT'], rows), '', verdict].join('\n');
}

function mayGo(lock: RepositoryLock, now: Date): boolean {
  return lock.holder === 'Ended' || (lock.holder === 'Foreign' && now.getTime() - Date.parse(lock.firstSeen) >= FOREIGN_MS);
}

function why(lock: RepositoryLock, now: Date): string {
  if (lock.holder === 'Ours') return 'stays: its run goes on';
  const left = Math.ceil((FOREIGN_MS - (now.getTime() - Date.parse(lock.firstSeen))) / 60_000);
  return `stays: somebody else's; may go in ${left}m if it is not renewed`;
}
