/** A repository, its secret and a configuration with three aliases; all in one text. */
export const DOCS = `
apiVersion: stash.appscode.com/v1alpha1
kind: Repository
metadata: {name: local-repo}
spec:
  backend:
    local: {mountPath: /var/tmp/stash-test-repo}
    storageSecretName: repo-secret
---
apiVersion: v1
kind: Secret
metadata: {name: repo-secret}
stringData: {RESTIC_PASSWORD: not-to-be-seen}
---
apiVersion: stash.appscode.com/v1beta1
kind: BackupConfiguration
metadata: {name: docs, labels: {app: docs}}
spec:
  repository: {name: local-repo}
  timeZone: Europe/Berlin
  execOps:
  - {alias: full, schedule: "@daily"}
  - {alias: incremental, schedule: "*/15"}
  - {alias: restoreTask, schedule: "0 */2"}
  target:
    ref: {apiVersion: stash.appscode.com/v1beta1, kind: Host, name: docs}
    paths: [/etc]
  retentionPolicy: {name: keep, keepLast: 5, prune: true}
`;
