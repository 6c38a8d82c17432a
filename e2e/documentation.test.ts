import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inForce, sessionsOf, succeeded } from './harness/backup.ts';
import { kubectl } from './harness/kubectl.ts';
import { ownNamespace } from './harness/namespace.ts';
import { sharedStorage } from './harness/storage.ts';
import { waitFor } from './harness/wait-for.ts';

/** As people write them who have read the documentation of AppsCode Stash; of ours is the address of the storage alone. */
const manifests = (url: string) => `
apiVersion: v1
kind: Secret
metadata:
  name: rest-secret
stringData:
  RESTIC_PASSWORD: changeit
---
apiVersion: apps/v1
kind: Deployment
metadata:
  labels:
    app: stash-demo
  name: stash-demo
spec:
  replicas: 3
  selector:
    matchLabels:
      app: stash-demo
  template:
    metadata:
      labels:
        app: stash-demo
      name: busybox
    spec:
      containers:
      - args: ["touch source/data/data.txt; echo sample_data > source/data/data.txt; sleep 3000"]
        command: ["/bin/sh", "-c"]
        image: debian:bookworm-slim
        imagePullPolicy: IfNotPresent
        name: busybox
        volumeMounts:
        - mountPath: /source/data
          name: source-data
      restartPolicy: Always
      terminationGracePeriodSeconds: 1
      volumes:
      - name: source-data
        emptyDir: {}
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
  name: deployment-backup
spec:
  repository:
    name: rest-repo
  schedule: "*/1 * * * *"
  target:
    ref:
      apiVersion: apps/v1
      kind: Deployment
      name: stash-demo
    volumeMounts:
    - name: source-data
      mountPath: /source/data
    paths:
    - /source/data
  retentionPolicy:
    name: 'keep-last-5'
    keepLast: 5
    prune: true
`;

test('manifests as the documentation of AppsCode Stash has them are applied unchanged, and backed up on schedule', async (t) => {
  const namespace = await ownNamespace(t);
  await kubectl(['create', '--namespace', namespace, '-f', '-'], manifests(sharedStorage(namespace).url));
  await inForce(namespace, 'deployment-backup', 'deployment/stash-demo');
  const sessions = () => sessionsOf(namespace, 'deployment-backup');
  const [first] = await waitFor('a tick', sessions, (all) => all.length > 0, { seconds: 70 });
  const session = await succeeded(namespace, first?.metadata.name ?? '');
  const [{ stats }] = session.status.targets;
  assert.deepEqual(
    stats.map(({ hostname }: { hostname: string }) => hostname),
    ['host-0'],
  );
  assert.equal(stats[0].snapshots[0].path, '/source/data');
});
