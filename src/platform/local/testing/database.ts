import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AnyObject } from '../../../api/object.ts';
import { isCode } from '../../../errors/error.ts';
import { type Machine, machine } from './machine.ts';
import { configuration } from './manifests.ts';

/** The MariaDB tools of a machine, of which a test sees every call and can change what one does. */
export interface MariadbTools {
  /** Arguments and environment of every call so far. */
  seen(): string;
  /** `shell` runs before every mariadb-backup from now on; `$real` is the program. */
  before(shell: string): void;
  /** Undoes `before`. */
  plain(): void;
}

/** A machine whose agents find scripts in front of the MariaDB tools. */
export async function databaseMachine(scripts: string): Promise<{ stash: Machine; tools: MariadbTools }> {
  const [seen, before] = [join(scripts, 'seen'), join(scripts, 'before')];
  mkdirSync(scripts);
  appendFileSync(seen, '');
  for (const name of ['mariadb', 'mariadb-backup']) {
    const real = execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
    const hook = name === 'mariadb-backup' ? `[ ! -f '${before}' ] || . '${before}'\n` : '';
    writeFileSync(join(scripts, name), `#!/bin/sh\n{ echo "$0 $*"; env; } >> '${seen}'\nreal='${real}'\n${hook}exec "$real" "$@"\n`);
    chmodSync(join(scripts, name), 0o755);
  }
  const { PATH } = process.env;
  process.env.PATH = `${scripts}:${PATH}`;
  try {
    const stash = await machine();
    const tools: MariadbTools = {
      seen: () => readFileSync(seen, 'utf8'),
      before: (shell) => writeFileSync(before, shell),
      plain: () => rmSync(before, { force: true }),
    };
    return { stash, tools };
  } finally {
    process.env.PATH = PATH;
  }
}

/** Whatever it writes into its target directory goes to a file system of so many MiB. Needs root. */
export function onSmallDisk(mib: number): string {
  return `for word in "$@"; do case $word in --target-dir=*) dir="\${word#*=}" ;; esac; done
case "$*" in
  *--backup*) exec unshare -m sh -c 'mount -t tmpfs -o size=${mib}M tmpfs "$0" && exec "$@"' "$dir" "$real" "$@" ;;
esac
`;
}

const APP_BINDING = { apiVersion: 'appcatalog.appscode.com/v1alpha1', kind: 'AppBinding' };

/** A MariaDB server by its socket, and a configuration of the same name that backs it up into `repo`. */
export function database(name: string, socket: string, secretName: string, spec: Record<string, unknown> = {}): AnyObject[] {
  const clientConfig = { url: `unix(${socket})/` };
  return [
    { ...APP_BINDING, metadata: { name, namespace: 'default' }, spec: { type: 'mariadb', clientConfig, secret: { name: secretName } } },
    configuration(name, 'repo', [], { target: databaseTarget(name), ...spec }),
  ];
}

/** The host's name in the repository is that of the AppBinding. */
export function databaseTarget(name: string): Record<string, unknown> {
  return { alias: name, ref: { ...APP_BINDING, name } };
}

/** Lets the tick of a configuration's alias `log`, which is a yearly one, be due, as after a long time without an operator. */
export async function tickLog(stash: Machine, name: string): Promise<void> {
  for (let done = false; !done; ) {
    const known = await stash.until('BackupConfiguration', name, 'scheduled', (one) => one?.status?.execOps?.[1]?.next !== undefined);
    const execOps = (known.status?.execOps ?? []).map((one) =>
      one.alias === 'log' ? { ...one, lastCheckTime: '2025-06-01T00:00:00Z' } : one,
    );
    done = await stash.store.replaceStatus('BackupConfiguration', { ...known, status: { ...known.status, execOps } }).then(
      () => true,
      (error: unknown) => {
        if (isCode(error, 'Conflict')) return false;
        throw error;
      },
    );
  }
}
