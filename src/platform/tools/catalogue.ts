import { OLDEST_RESTIC } from '../../engine/restic/version.ts';

/** A program that Stash or its tests start. */
export interface Tool {
  /** Names an executable may have, the preferred one first. */
  programs: string[];
  /** How it tells its version; absent where it cannot. */
  version?: { args: string[]; pattern: RegExp; oldest?: string };
  /** Package of the system that has it; absent where there is none. */
  package?: string;
  usedFor: string;
}

const numbered = (args: string[], pattern: RegExp, oldest?: string) => ({
  version: { args, pattern, ...(oldest === undefined ? {} : { oldest }) },
});

export const TOOLS = {
  restic: {
    programs: ['restic'],
    ...numbered(['version'], /^restic (\d+\.\d+\.\d+)/m, OLDEST_RESTIC),
    usedFor: 'all backups and restores',
  },
  mariadbd: {
    programs: ['mariadbd'],
    ...numbered(['--no-defaults', '--version'], /Ver (\d+\.\d+\.\d+)/, '10.11.0'),
    package: 'mariadb-server',
    usedFor: 'the demonstration and the tests of MariaDB',
  },
  'mariadb-install-db': {
    programs: ['mariadb-install-db'],
    package: 'mariadb-server',
    usedFor: 'the demonstration and the tests of MariaDB',
  },
  'mariadb-backup': {
    programs: ['mariadb-backup', 'mariabackup'],
    ...numbered(['--no-defaults', '--version'], /MariaDB server (\d+\.\d+\.\d+)/, '10.11.0'),
    package: 'mariadb-backup',
    usedFor: 'physical backups of MariaDB',
  },
  'mariadb-dump': {
    programs: ['mariadb-dump'],
    ...numbered(['--no-defaults', '--version'], /(?:Distrib|from) (\d+\.\d+\.\d+)/),
    package: 'mariadb-client',
    usedFor: 'logical dumps of MariaDB',
  },
  setpriv: {
    programs: ['setpriv'],
    ...numbered(['--version'], /util-linux (\d+\.\d+)/),
    package: 'util-linux',
    usedFor: 'ending the tools of MariaDB together with what started them',
  },
  mariadb: {
    programs: ['mariadb', 'mysql'],
    ...numbered(['--no-defaults', '--version'], /(?:Distrib|from) (\d+\.\d+\.\d+)/),
    package: 'mariadb-client',
    usedFor: 'checks of MariaDB before a backup and after a restore',
  },
  rclone: {
    programs: ['rclone'],
    ...numbered(['version'], /^rclone v(\d+\.\d+\.\d+)/m),
    package: 'rclone',
    usedFor: 'removing what is left of a wiped repository, and the tests of REST storage',
  },
  ssh: { programs: ['ssh'], ...numbered(['-V'], /OpenSSH_(\d+\.\d+)/), package: 'openssh-client', usedFor: 'repositories behind SFTP' },
  sshd: { programs: ['sshd'], ...numbered(['-V'], /OpenSSH_(\d+\.\d+)/), package: 'openssh-server', usedFor: 'the tests of SFTP storage' },
  versitygw: { programs: ['versitygw'], usedFor: 'the tests of S3 storage' },
  'fake-gcs-server': { programs: ['fake-gcs-server'], usedFor: 'the tests of Google Cloud Storage' },
  'azurite-blob': {
    programs: ['azurite-blob'],
    ...numbered(['--version'], /^(\d+\.\d+\.\d+)/m),
    usedFor: 'the tests of Azure storage',
  },
  helm: {
    programs: ['helm'],
    ...numbered(['version', '--short'], /^v(\d+\.\d+\.\d+)/m, '3.17.0'),
    usedFor: 'the tests of the chart and those on a cluster',
  },
  kubectl: {
    programs: ['kubectl'],
    ...numbered(['version', '--client'], /^Client Version: v(\d+\.\d+\.\d+)/m, '1.31.0'),
    usedFor: 'the tests on a cluster',
  },
  promtool: {
    programs: ['promtool'],
    ...numbered(['--version'], /version (\d+\.\d+\.\d+)/, '2.40.0'),
    package: 'prometheus',
    usedFor: 'the tests of metrics, alert rules and the dashboard',
  },
  prometheus: {
    programs: ['prometheus'],
    ...numbered(['--version'], /version (\d+\.\d+\.\d+)/, '2.40.0'),
    package: 'prometheus',
    usedFor: 'the tests of metrics, alert rules and the dashboard',
  },
} as const satisfies Record<string, Tool>;

export type ToolName = keyof typeof TOOLS;
