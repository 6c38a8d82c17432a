import { createHash } from 'node:crypto';

/**
 * Who serves orders in a cluster. A pod's sidecar is known by its pod and container, the gate of a restore by its pod, a Job by its name,
 * what works on a repository by the repository. `restore` is nobody: a restore into a host of a workload waits there for the gate of the
 * pod that will be the host.
 */
export type AgentKey =
  | { type: 'pod'; namespace: string; pod: string; container: string }
  | { type: 'gate'; namespace: string; pod: string }
  | { type: 'restore'; namespace: string; kind: string; name: string; host: string }
  | { type: 'job'; namespace: string; job: string }
  | { type: 'repository'; namespace: string; name: string };

/** `TYPE/NAMESPACE/NAME[/CONTAINER]`, `restore/NAMESPACE/KIND/NAME/HOST`; names of Kubernetes objects hold no slash. */
export function formatAgentKey(key: AgentKey): string {
  switch (key.type) {
    case 'pod':
      return `pod/${key.namespace}/${key.pod}/${key.container}`;
    case 'gate':
      return `gate/${key.namespace}/${key.pod}`;
    case 'restore':
      return `restore/${key.namespace}/${key.kind}/${key.name}/${key.host}`;
    case 'job':
      return `job/${key.namespace}/${key.job}`;
    case 'repository':
      return `repository/${key.namespace}/${key.name}`;
  }
}

export function parseAgentKey(text: string): AgentKey | undefined {
  const [type, namespace, name, container, ...more] = text.split('/');
  const [host, ...rest] = more;
  if (type === 'restore' && namespace && name && container && host && rest.length === 0)
    return { type, namespace, kind: name, name: container, host };
  if (namespace === undefined || name === undefined || namespace === '' || name === '' || more.length > 0) return undefined;
  if (type === 'pod' && container !== undefined) return { type, namespace, pod: name, container };
  if (container !== undefined) return undefined;
  if (type === 'gate') return { type, namespace, pod: name };
  if (type === 'job') return { type, namespace, job: name };
  if (type === 'repository') return { type, namespace, name };
  return undefined;
}

/** Ten characters that stand for a text in names, which may not be as long. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 10);
}
