export interface Places {
  repository: string;
  socket: string;
  /** Of the repository. */
  password: string;
  login: { username: string; password: string };
  /** A few small files, to make the repository with. */
  small: string;
}

/** A repository, the server with its three aliases, which run only when they are asked for, and some files. */
export function manifests({ repository, socket, password, login, small }: Places): string {
  return `apiVersion: v1
kind: Secret
metadata: {name: repository, namespace: default}
stringData: {RESTIC_PASSWORD: ${password}}
---
apiVersion: v1
kind: Secret
metadata: {name: login, namespace: default}
stringData: {username: ${login.username}, password: ${login.password}}
---
apiVersion: stash.appscode.com/v1alpha1
kind: Repository
metadata: {name: bench, namespace: default}
spec: {backend: {storageSecretName: repository, local: {mountPath: ${repository}}}}
---
apiVersion: appcatalog.appscode.com/v1alpha1
kind: AppBinding
metadata: {name: bench, namespace: default}
spec: {type: mariadb, clientConfig: {url: unix(${socket})/}, secret: {name: login}}
---
apiVersion: stash.appscode.com/v1beta1
kind: BackupConfiguration
metadata: {name: bench, namespace: default}
spec:
  repository: {name: bench}
  execOps:
  - {alias: full, schedule: "0 0 1 1 *"}
  - {alias: incremental, schedule: "0 0 1 1 *"}
  - {alias: log, schedule: "0 0 1 1 *"}
  target: {alias: bench, ref: {apiVersion: appcatalog.appscode.com/v1alpha1, kind: AppBinding, name: bench}}
---
apiVersion: stash.appscode.com/v1beta1
kind: BackupConfiguration
metadata: {name: warm, namespace: default}
spec:
  repository: {name: bench}
  execOps: [{alias: backup}]
  target: {alias: warm, ref: {apiVersion: stash.appscode.com/v1beta1, kind: Host, name: warm}, paths: [${small}]}
`;
}
