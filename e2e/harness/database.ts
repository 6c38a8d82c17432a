import { claimOf } from './applications.ts';
import { configuration, PASSWORD } from './backup.ts';

/** Of `e2e/images/mariadb`; empty where it was not built. */
export const IMAGE = process.env.STASH_E2E_MARIADB_IMAGE ?? '';
/** Why a test that needs it is left out. */
export const NO_IMAGE = IMAGE === '' ? 'set STASH_E2E_MARIADB_IMAGE to an image built from e2e/images/mariadb' : false;
const RUN = { name: 'run', mountPath: '/run/mysqld' };

export const SCHEMA = `
CREATE DATABASE shop;
CREATE TABLE shop.fixed (id INT PRIMARY KEY, text VARCHAR(200));
INSERT INTO shop.fixed SELECT seq, REPEAT(MD5(seq), 6) FROM shop.seq_1_to_20000;
CREATE TABLE shop.moves (id INT AUTO_INCREMENT PRIMARY KEY, amount INT);
CREATE USER 'stash'@'127.0.0.1' IDENTIFIED BY 'backup';
GRANT RELOAD, PROCESS, BINLOG MONITOR, SLAVE MONITOR ON *.* TO 'stash'@'127.0.0.1';
`;

/**
 * Transactions that each add up to nothing, one after the other, while the server lets this user write: the first statement that is refused ends
 * the connection, or the rest of its transaction could be taken, since the table or the right to write is there by then.
 */
export function load(user: string): string {
  return `
trap 'exit 0' TERM
while :; do
  while echo "START TRANSACTION; INSERT INTO shop.moves (amount) VALUES (7); INSERT INTO shop.moves (amount) VALUES (-7); COMMIT;"; do sleep 0.05; done |
    mariadb -u${user} 2>/dev/null & wait $!
  sleep 1 & wait $!
done`;
}

/** Of other ordinals nobody writes. */
const FIRST_ONLY = `case "$HOSTNAME" in *-0) ;; *) trap 'exit 0' TERM; sleep infinity & wait; exit ;; esac
`;

/** One a node where there are several. They know nothing of each other; or they start empty, and only the first is written to. */
export function server(name: string, replicas: number, { empty = false } = {}): object {
  const labels = { app: name };
  const image = { image: IMAGE, imagePullPolicy: 'IfNotPresent' };
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name },
    spec: {
      replicas,
      serviceName: name,
      podManagementPolicy: empty ? 'OrderedReady' : 'Parallel',
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          securityContext: { runAsNonRoot: true, runAsUser: 999, fsGroup: 999 },
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: 'kubernetes.io/hostname',
              whenUnsatisfiable: 'ScheduleAnyway',
              labelSelector: { matchLabels: labels },
            },
          ],
          containers: [
            {
              ...image,
              name: 'mariadb',
              env: empty ? [] : [{ name: 'DATABASE', value: SCHEMA }],
              readinessProbe: {
                exec: { command: ['mariadb', '-uroot', '-e', empty ? 'SELECT 1' : 'SELECT * FROM shop.moves LIMIT 1'] },
                periodSeconds: 2,
                timeoutSeconds: 5,
              },
              volumeMounts: [{ name: 'data', mountPath: '/var/lib/mysql' }, RUN],
            },
            { ...image, name: 'load', command: ['sh', '-c', `${empty ? FIRST_ONLY : ''}${load('root')}`], volumeMounts: [RUN] },
          ],
          volumes: [{ name: RUN.name, emptyDir: {} }],
        },
      },
      volumeClaimTemplates: [claimOf('data')],
    },
  };
}

/** What has `orders` backed up by its sidecars, when asked: how to log in, and the configuration. */
export function backedUp(orders: object, spec: object = {}): object[] {
  const login = { name: 'orders-login' };
  return [
    { apiVersion: 'v1', kind: 'Secret', metadata: login, stringData: { username: 'stash', password: 'backup' } },
    {
      apiVersion: 'appcatalog.appscode.com/v1alpha1',
      kind: 'AppBinding',
      metadata: { name: 'orders' },
      spec: { type: 'mariadb', clientConfig: { url: 'tcp(orders:3306)/' }, secret: login },
    },
    configuration('orders', {
      // A small database has incrementals that are larger than its full.
      chain: { maxRatio: 100 },
      execOps: [{ alias: 'full' }, { alias: 'incremental' }, { alias: 'log' }],
      target: orders,
      sidecar: [{ execAlias: ['full', 'incremental', 'log'], function: { name: 'mariadb-physical' } }],
      tempDir: { volumeClaimTemplate: { spec: (claimOf('stage') as { spec: object }).spec } },
      ...spec,
    }),
  ];
}

/** Of a prepared chain, in its last two lines: the checksum of what stayed as it was, the sum of what was written meanwhile. */
export const PREPARED_SUMS = `
set -e
data=$(dirname "$(find /restored -path '*/full/ibdata1')")
for link in "" $(find "$data/.." -maxdepth 1 -name 'incremental-*' | sort); do
  mariadb-backup --prepare --target-dir="$data" \${link:+--incremental-dir="$link"} >/tmp/prepare 2>&1 || { cat /tmp/prepare; exit 1; }
done
mariadbd --no-defaults --datadir="$data" --socket=/run/mysqld/mysqld.sock --skip-networking --skip-grant-tables >/tmp/server 2>&1 &
for _ in $(seq 300); do mariadb -e 'SELECT 1' >/dev/null 2>&1 && break; sleep 0.2; done
mariadb -BN -e 'CHECKSUM TABLE shop.fixed; SELECT SUM(amount) FROM shop.moves' || { cat /tmp/server; exit 1; }
kill $!
wait $! || true`;

/** Fetches a snapshot with plain restic and runs a script of the server's image on it, at /restored. */
export function databasePod(name: string, url: string, snapshot: string, script: string): object {
  const restored = { name: 'restored', mountPath: '/restored' };
  const env = { RESTIC_REPOSITORY: `rest:${url}`, RESTIC_PASSWORD: PASSWORD, HOME: '/restored' };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      restartPolicy: 'Never',
      securityContext: { runAsUser: 999, runAsGroup: 999, fsGroup: 999 },
      initContainers: [
        {
          name: 'restic',
          image: process.env.STASH_IMAGE,
          imagePullPolicy: 'IfNotPresent',
          command: ['restic', '--no-lock', '--no-cache', 'restore', snapshot, '--target', '/restored'],
          env: Object.entries(env).map(([key, value]) => ({ name: key, value })),
          volumeMounts: [restored],
        },
      ],
      containers: [
        { name: 'mariadb', image: IMAGE, imagePullPolicy: 'IfNotPresent', command: ['bash', '-c', script], volumeMounts: [restored, RUN] },
      ],
      volumes: [
        { name: 'restored', emptyDir: {} },
        { name: RUN.name, emptyDir: {} },
      ],
    },
  };
}
