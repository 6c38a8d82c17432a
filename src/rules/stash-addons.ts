/** Databases of AppsCode's addons, as their Functions and Tasks are called, and what is to be used here instead. */
const BRING = 'Write a Function that runs the dump program of the database (docs/functions.md), and name that.';
const ADDONS: Readonly<Record<string, string>> = {
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

/** A name of theirs: the database, and what is done with it. */
const NAME = /^([a-z-]+?)-(backup|restore)(?:-(?:\d[\w.-]*|\$\{.*\}))?$/;

/** The function of ours that does what one of AppsCode's addons does, and takes its parameters; undefined where there is none. */
export function ownFunctionFor(name: string): 'mariadb-dump' | 'mariadb-dump-restore' | undefined {
  const [, database, direction] = NAME.exec(name) ?? [];
  if (database !== 'mariadb') return undefined;
  return direction === 'backup' ? 'mariadb-dump' : 'mariadb-dump-restore';
}

/**
 * What to use in the place of one of AppsCode's addons, such as pg-backup-14.0 or mysql-restore-${TARGET_APP_VERSION}; undefined for a
 * name that is none of theirs.
 */
export function successorOf(name: string): string | undefined {
  const database = NAME.exec(name)?.[1];
  return database === undefined ? undefined : ADDONS[database];
}
