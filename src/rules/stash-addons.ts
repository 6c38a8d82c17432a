/** Databases of AppsCode's addons, as their Functions and Tasks are called, and what is to be used here instead. */
const MARIADB =
  'Name the StatefulSet as the target, its AppBinding in target.appBinding, and mariadb-physical as the task; mariadb-restore brings it back.';
const BRING = 'Write a Function that runs the dump program of the database (docs/functions.md), and name that.';
const ADDONS: Readonly<Record<string, string>> = {
  mariadb: MARIADB,
  mysql: BRING,
  'percona-xtradb': BRING,
  perconaxtradb: BRING,
  postgres: BRING,
  pg: BRING,
  mongodb: BRING,
  elasticsearch: BRING,
  redis: BRING,
  etcd: BRING,
  nats: BRING,
  vault: BRING,
  kubedump: 'Nothing is built for manifests of a cluster; keep them in version control.',
};

/**
 * What to use in the place of one of AppsCode's addons, such as mariadb-backup-10.6.23 or mariadb-restore-${TARGET_APP_VERSION}; undefined
 * for a name that is none of theirs.
 */
export function successorOf(name: string): string | undefined {
  const database = /^([a-z-]+?)-(?:backup|restore)(?:-(?:\d[\w.-]*|\$\{.*\}))?$/.exec(name)?.[1];
  return database === undefined ? undefined : ADDONS[database];
}
