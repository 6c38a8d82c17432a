import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inside } from '../harness/applications.ts';
import { askFor, inForce, PASSWORD, succeeded } from '../harness/backup.ts';
import { IMAGE, NO_IMAGE } from '../harness/database.ts';
import { apply, kubectl } from '../harness/kubectl.ts';
import { ownNamespace } from '../harness/namespace.ts';
import { sharedStorage } from '../harness/storage.ts';
import { waitFor } from '../harness/wait-for.ts';

/** Of the public image in which the dump runs, docker.io/library/mariadb: a cluster that cannot pull it has to have one under that name. */
const VERSION = '10.11';
const ROOT = 'donkey-4711';
/** A statement a line, as a server's first start takes them. */
const SCHEMA = `
CREATE USER 'root'@'%' IDENTIFIED BY '${ROOT}';
GRANT ALL ON *.* TO 'root'@'%' WITH GRANT OPTION;
CREATE DATABASE playground;
CREATE TABLE playground.equipment (id INT AUTO_INCREMENT PRIMARY KEY, type VARCHAR(50), quant INT);
INSERT INTO playground.equipment (type, quant) SELECT CONCAT('slide ', seq), seq FROM playground.seq_1_to_1000;
CREATE DEFINER='root'@'%' VIEW playground.many AS SELECT * FROM playground.equipment WHERE quant > 500;
`;

function server(name: string): object[] {
  const labels = { app: name };
  return [
    { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { selector: labels, ports: [{ port: 3306 }] } },
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name },
      spec: {
        replicas: 1,
        serviceName: name,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            securityContext: { runAsNonRoot: true, runAsUser: 999, fsGroup: 999 },
            containers: [
              {
                name: 'mariadb',
                image: IMAGE,
                imagePullPolicy: 'IfNotPresent',
                env: [{ name: 'DATABASE', value: SCHEMA }],
                // It answers once the schema is there; what is dropped and restored is no part of being ready.
                readinessProbe: { exec: { command: ['mariadb', '-uroot', '-e', 'SELECT 1'] }, periodSeconds: 2, timeoutSeconds: 5 },
                volumeMounts: [
                  { name: 'data', mountPath: '/var/lib/mysql' },
                  { name: 'run', mountPath: '/run/mysqld' },
                ],
              },
            ],
            volumes: [
              { name: 'data', emptyDir: {} },
              { name: 'run', emptyDir: {} },
            ],
          },
        },
      },
    },
  ];
}

/** As the documentation of AppsCode Stash has them for MariaDB; of ours are the storage's address, the namespace and the version. */
const manifests = (namespace: string, url: string) => `
apiVersion: v1
kind: Secret
metadata:
  name: sample-mariadb-auth
stringData:
  username: root
  password: ${ROOT}
---
apiVersion: v1
kind: Secret
metadata:
  name: rest-secret
stringData:
  RESTIC_PASSWORD: ${PASSWORD}
---
apiVersion: appcatalog.appscode.com/v1alpha1
kind: AppBinding
metadata:
  name: sample-mariadb
spec:
  clientConfig:
    service:
      name: sample-mariadb
      path: /
      port: 3306
      scheme: mysql
    url: tcp(sample-mariadb.${namespace}.svc:3306)/
  parameters:
    apiVersion: appcatalog.appscode.com/v1alpha1
    kind: StashAddon
    stash:
      addon:
        backupTask:
          name: mariadb-backup-10.5.8
        restoreTask:
          name: mariadb-restore-10.5.8
  secret:
    name: sample-mariadb-auth
  type: kubedb.com/mariadb
  version: "${VERSION}"
---
apiVersion: stash.appscode.com/v1alpha1
kind: Repository
metadata:
  name: rest-repo
spec:
  backend:
    rest:
      url: ${url}
    storageSecretName: rest-secret
---
apiVersion: stash.appscode.com/v1beta1
kind: BackupConfiguration
metadata:
  name: sample-mariadb-backup
spec:
  schedule: "0 0 1 1 *"
  repository:
    name: rest-repo
  target:
    ref:
      apiVersion: appcatalog.appscode.com/v1alpha1
      kind: AppBinding
      name: sample-mariadb
  retentionPolicy:
    name: keep-last-5
    keepLast: 5
    prune: true
`;

const RESTORE = `
apiVersion: stash.appscode.com/v1beta1
kind: RestoreSession
metadata:
  name: sample-mariadb-restore
spec:
  repository:
    name: rest-repo
  target:
    ref:
      apiVersion: appcatalog.appscode.com/v1alpha1
      kind: AppBinding
      name: sample-mariadb
  rules:
  - snapshots: [latest]
`;

test("a MariaDB behind an AppBinding is dumped and brought back by AppsCode Stash's own manifests", { skip: NO_IMAGE }, async (t) => {
  const namespace = await ownNamespace(t);
  await apply(namespace, ...server('sample-mariadb'));
  await kubectl(['rollout', 'status', 'statefulset/sample-mariadb', '--namespace', namespace, '--timeout=150s']);
  await kubectl(['create', '--namespace', namespace, '-f', '-'], manifests(namespace, sharedStorage(namespace).url));
  await inForce(namespace, 'sample-mariadb-backup');
  const session = await succeeded(namespace, await askFor(namespace, 'sample-mariadb-backup', 'now', { alias: 'backup' }));
  const [host] = session.status.targets[0].stats;
  assert.equal(host.snapshots[0].path, '/dumpfile.sql');
  assert.match(host.position.gtid, /^0-1-\d+$/);
  const sql = (text: string) => inside(namespace, 'sample-mariadb-0', `mariadb -uroot -BN -e '${text}'`, 'mariadb');
  const sums = () => sql('CHECKSUM TABLE playground.equipment; SELECT COUNT(*) FROM playground.many');
  const before = await sums();
  await sql('DROP DATABASE playground');
  await kubectl(['create', '--namespace', namespace, '-f', '-'], RESTORE);
  await succeeded(namespace, 'sample-mariadb-restore', { kind: 'restoresessions' });
  await waitFor('the data', sums, (now) => now === before, { seconds: 10 });
});
